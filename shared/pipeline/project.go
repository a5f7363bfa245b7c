package pipeline

import (
	"encoding/json"
	"fmt"
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
	Runbooks   []Runbook          // sorted by name
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

// Takes tells whether p was pushed where ref says. A package may have versions from
// another feed, of the time before its project file was changed.
func (ref PackageReference) Takes(p Package) bool {
	return p.Feed == ref.Feed && p.Location.Repository == ref.Repository
}

// A PackageUse says that a project's releases contain a package, and from where.
type PackageUse struct {
	Project    string `json:"-"`
	Feed       Feed   `json:"feed"`
	Repository string `json:"repository,omitempty"`
}

// String returns where the package comes from, as a project file says it.
func (u PackageUse) String() string {
	if u.Repository == "" {
		return fmt.Sprintf("{ feed: %s }", u.Feed)
	}
	return fmt.Sprintf("{ feed: %s, repository: %s }", u.Feed, u.Repository)
}

// A Source is an ECR repository whose images are versions of a package.
type Source struct {
	Repository string    `json:"repository"`
	Package    string    `json:"package"`
	Since      time.Time `json:"since"` // when the project file came to say so
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

// Same tells whether s and o are the same repository for the same package.
func (s Source) Same(o Source) bool { return s.Repository == o.Repository && s.Package == o.Package }

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

// Sources returns the repositories of p's packages, sorted by package.
func (p Project) Sources() []Source {
	var all []Source
	for _, ref := range p.Packages {
		if ref.Feed == FeedECR {
			all = append(all, Source{Repository: ref.Repository, Package: ref.Name})
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
