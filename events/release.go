package events

// ReleaseCreated tells that a project has a new release, frozen from here on.
type ReleaseCreated struct {
	Project  string           `json:"project"`
	Release  string           `json:"release"` // its version
	Number   int              `json:"number"`  // counts the project's releases from 1
	Channel  string           `json:"channel"`
	Document string           `json:"document"` // digest of the project file whose process and variables it has
	Packages []ReleasePackage `json:"packages"`
}

// A ReleasePackage is a package of a release, pinned.
type ReleasePackage struct {
	Package string `json:"package"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
}

// Type returns "release.created.v1".
func (ReleaseCreated) Type() string { return "release.created.v1" }
