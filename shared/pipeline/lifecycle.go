package pipeline

import (
	"slices"
	"time"
)

// A Lifecycle is the ordered phases that a release passes through.
type Lifecycle struct {
	Name   string
	Phases []Phase // at least one
}

// An Entry says how releases enter the environments of a phase.
type Entry string

// The entries.
const (
	EntryAutomatic Entry = "automatic"
	EntryOnRequest Entry = "on-request"
)

// A Phase is a stage of a lifecycle.
type Phase struct {
	Name         string
	Environments []string // at least one; no environment is in two phases of a lifecycle
	Entry        Entry
	// Soak is how long a release must have run in every environment of this phase
	// before it may enter the next one.
	Soak     time.Duration
	Approval *ApprovalPolicy // nil: none is asked for
}

// Position returns the index of the phase that holds environment, or -1.
func (l Lifecycle) Position(environment string) int {
	return slices.IndexFunc(l.Phases, func(p Phase) bool { return slices.Contains(p.Environments, environment) })
}

// An Exclusion names people who may not approve a deployment.
type Exclusion string

// The exclusions.
const (
	ExcludeRequester Exclusion = "requester" // who asked for the deployment
	ExcludeAuthor    Exclusion = "author"    // who wrote the release's change, per the packages' build information
)

// An ApprovalPolicy says whose approval a deployment needs.
type ApprovalPolicy struct {
	Quorum    int      // distinct approvers needed, at least 1
	Approvers []string // groups of the platform file, at least one
	Not       []Exclusion
	Timeout   time.Duration // how long the approval is waited for
}
