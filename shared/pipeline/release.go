package pipeline

import (
	"time"

	"slipway/events"
)

// A Release is a version of a project: a frozen snapshot of its package digests
// and of the project file that holds its process and variables.
type Release struct {
	Project   string           `json:"project"`
	Version   Version          `json:"version"`
	Number    int              `json:"number"` // counts the project's releases from 1, in the order of their creation
	Channel   string           `json:"channel"`
	Document  string           `json:"document"` // digest of the project file
	Packages  []ReleasePackage `json:"packages"` // sorted by name
	PushedAt  time.Time        `json:"pushedAt"` // when the last of the packages was pushed
	CreatedAt time.Time        `json:"createdAt"`
}

// A ReleasePackage is a package of a release, pinned to its digest and its object.
type ReleasePackage struct {
	Name     string       `json:"name"`
	Version  Version      `json:"version"`
	Digest   string       `json:"digest"`
	Location Location     `json:"location"`
	Build    events.Build `json:"build"`
}

// Add makes p part of r.
func (r *Release) Add(p Package) {
	r.Packages = append(r.Packages, p.Pin())
	if p.PushedAt.After(r.PushedAt) {
		r.PushedAt = p.PushedAt
	}
}

// Pin returns p as part of a release.
func (p Package) Pin() ReleasePackage {
	return ReleasePackage{Name: p.Name, Version: p.Version, Digest: p.Digest, Location: p.Location, Build: p.Build}
}

// Create returns the event of a release that is made for the first time.
func (r Release) Create() events.ReleaseCreated {
	e := events.ReleaseCreated{Project: r.Project, Release: r.Version.String(), Number: r.Number, Channel: r.Channel, Document: r.Document}
	for _, p := range r.Packages {
		e.Packages = append(e.Packages, events.ReleasePackage{Package: p.Name, Version: p.Version.String(), Digest: p.Digest})
	}
	return e
}

// Authors returns who wrote the changes in r, per its packages' build information.
func (r Release) Authors() []string {
	var all []string
	for _, p := range r.Packages {
		if p.Build.Author != "" {
			all = append(all, p.Build.Author)
		}
	}
	return all
}

// A ProjectRecord tells which project file is in force.
type ProjectRecord struct {
	Name      string    `json:"name"`
	Document  string    `json:"document"` // digest of the file in force
	Packages  []string  `json:"packages"` // sorted
	Sources   []Source  `json:"sources,omitempty"`
	AppliedAt time.Time `json:"appliedAt"`
	AppliedBy string    `json:"appliedBy"`
	// Sequencer is S3's sequencer of the last project file that came by S3; a file
	// with a lower one is older and takes no effect.
	Sequencer string `json:"sequencer,omitempty"`
}
