package pipeline

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"slipway/events"
)

// A Package is one version of an artifact, pinned to one digest for ever.
type Package struct {
	Name         string       `json:"name"`
	Version      Version      `json:"version"`
	Feed         Feed         `json:"feed"`
	Digest       string       `json:"digest"` // "sha256:" and 64 hexadecimal digits
	Location     Location     `json:"location"`
	Build        events.Build `json:"build"`
	PushedAt     time.Time    `json:"pushedAt"` // per the feed's event, to the second
	RegisteredAt time.Time    `json:"registeredAt"`
}

// A Location is one version of one S3 object, or one image of an ECR repository: then
// Repository is set and not Bucket, Key is the image's tag and VersionID its digest.
type Location struct {
	Bucket     string `json:"bucket,omitempty"`
	Repository string `json:"repository,omitempty"`
	Key        string `json:"key"`
	VersionID  string `json:"versionId,omitempty"`
	Size       int64  `json:"size"` // bytes
}

// Register returns the event of a package that is registered for the first time.
func (p Package) Register() events.PackageRegistered {
	e := events.PackageRegistered{Package: p.Name, Version: p.Version.String(), Feed: string(p.Feed), Digest: p.Digest,
		Bucket: p.Location.Bucket, Repository: p.Location.Repository, Size: p.Location.Size, Build: p.Build}
	if p.Feed == FeedS3 {
		e.Key, e.VersionID = p.Location.Key, p.Location.VersionID
	}
	return e
}

// A Rejection remembers that an object or an image was refused as a package or as a
// project file, so that the same one is refused once however often its event comes.
type Rejection struct {
	Location Location  `json:"location"`
	Message  string    `json:"message"`
	At       time.Time `json:"at"`
}

// ParsePackageKey splits an object key "packages/<package>/<version>/<file>". It
// returns [ErrInvalid] for any other key, with what it could read of it.
func ParsePackageKey(key string) (name string, version Version, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 4 || parts[0] != "packages" || parts[3] == "" {
		return "", Version{}, fmt.Errorf("key %q: a package is pushed to packages/<package>/<version>/<file>, such as packages/web/1.4.0/web.zip: %w", key, ErrInvalid)
	}
	if err := CheckPackageName(parts[1]); err != nil {
		return "", Version{}, fmt.Errorf("key %q: %w", key, err)
	}
	version, err = ParseVersion(parts[2])
	if err != nil {
		return parts[1], Version{}, fmt.Errorf("key %q: %w", key, err)
	}
	return parts[1], version, nil
}

// versionTag is the form of a tag that is meant as a version, if not always a good one.
var versionTag = regexp.MustCompile(`^v?[0-9]+\.`)

// IsVersionTag tells whether an image's tag is meant as a version, such as 1.4.0, or
// 1.4, which [ParseVersion] refuses. Others, such as latest or a commit's id, are no
// business of Slipway's.
func IsVersionTag(tag string) bool { return versionTag.MatchString(tag) }

// ParseProjectKey returns the project of an object key "projects/<project>/slipway.yaml".
// It returns [ErrInvalid] for any other key.
func ParseProjectKey(key string) (project string, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 3 || parts[0] != "projects" || parts[2] != "slipway.yaml" {
		return "", fmt.Errorf("key %q: a project file is pushed to projects/<project>/slipway.yaml: %w", key, ErrInvalid)
	}
	if err := CheckName("project", parts[1]); err != nil {
		return "", fmt.Errorf("key %q: %w", key, err)
	}
	return parts[1], nil
}
