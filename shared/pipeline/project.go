package pipeline

import (
	"encoding/json"
	"slices"
	"time"
)

// A Project is what is released together, as its project file says.
type Project struct {
	Name       string
	Packages   []PackageReference // at least one, sorted by name
	Channels   []Channel          // at least one, in the file's order: the first that fits a version wins
	Lifecycles []Lifecycle        // each used by some channel
	Variables  []Variable         // sorted by name
	Process    []Step             // at least one, in the order in which they run
}

// A Feed is a place that packages are pushed to.
type Feed string

// The feeds.
const (
	FeedS3  Feed = "s3"
	FeedECR Feed = "ecr"
)

// A PackageReference says that a project's releases contain a package.
type PackageReference struct {
	Name       string
	Feed       Feed
	Repository string // ECR repository; empty for S3
}

// A Variable is a named value that may differ by environment.
type Variable struct {
	Name   string // a shell identifier
	Value  string
	Scoped []ScopedValue // in the file's order; no two of the same scope
}

// A ScopedValue replaces a variable's value within its scope.
type ScopedValue struct {
	Environment string
	Value       string
}

// Resolve returns the value of v in environment and the scope that won, which is
// "" for the unscoped value.
func (v Variable) Resolve(environment string) (value, scope string) {
	for _, s := range v.Scoped {
		if s.Environment == environment {
			return s.Value, "environment " + environment
		}
	}
	return v.Value, ""
}

// A Step is one part of a process.
type Step struct {
	Name    string
	Kind    string          // one of the step kinds, such as "s3-site"
	With    json.RawMessage // the kind's own parameters, an object that its schema accepts
	Timeout time.Duration   // for one attempt
	Retry   int             // further attempts after the first
}

// Channel returns the first channel whose rules v satisfies; ok is false when none does.
func (p Project) Channel(v Version) (c Channel, ok bool) {
	i := slices.IndexFunc(p.Channels, func(c Channel) bool { return c.Fits(v) })
	if i < 0 {
		return Channel{}, false
	}
	return p.Channels[i], true
}

// Lifecycle returns the lifecycle of the named channel; ok is false when the
// project no longer has that channel.
func (p Project) Lifecycle(channel string) (l Lifecycle, ok bool) {
	for _, c := range p.Channels {
		if c.Name != channel {
			continue
		}
		for _, l := range p.Lifecycles {
			if l.Name == c.Lifecycle {
				return l, true
			}
		}
	}
	return Lifecycle{}, false
}

// Environments returns every environment of every lifecycle once, in the order of the phases.
func (p Project) Environments() []string {
	var all []string
	for _, l := range p.Lifecycles {
		for _, phase := range l.Phases {
			for _, e := range phase.Environments {
				if !slices.Contains(all, e) {
					all = append(all, e)
				}
			}
		}
	}
	return all
}

// PackageNames returns the names of the packages that a release of p contains, sorted.
func (p Project) PackageNames() []string {
	names := make([]string, len(p.Packages))
	for i, ref := range p.Packages {
		names[i] = ref.Name
	}
	return names
}
