package codebuild

import "cmp"

// A machine is where a build says that it runs. It runs on this machine, whatever that is.
type machine struct {
	Image       string
	Type        string
	ComputeType string
	Credentials string // the kind of those that the image is pulled with; may be empty
}

// withDefaults returns m with what a build says that was asked for nothing else.
func (m machine) withDefaults() machine {
	m.Image = cmp.Or(m.Image, "slipway/local")
	m.Type = cmp.Or(m.Type, "LINUX_CONTAINER")
	m.ComputeType = cmp.Or(m.ComputeType, "BUILD_GENERAL1_SMALL")
	return m
}
