package step

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// An Artifact is the one object that a package version is pinned to; or the one
// image: then Repository is set, Key is its tag, and Digest that of its manifest.
type Artifact struct {
	Version    string `json:"version"`
	Bucket     string `json:"bucket"`
	Repository string `json:"repository,omitempty"`
	Key        string `json:"key"`
	VersionID  string `json:"versionId"` // S3 never changes the bytes of an object version
	Digest     string `json:"digest"`    // "sha256:" and 64 hexadecimal digits, of the object's bytes
	Size       int64  `json:"size"`      // in bytes
}

// Location returns where the artifact's bytes are.
func (a Artifact) Location() objects.Location {
	return objects.Location{Bucket: a.Bucket, Key: a.Key, VersionID: a.VersionID}
}

// Download writes a's bytes to w and returns their number. It returns a permanent
// [*Failure] unless they are those that the release pinned: what has been written to w
// may be used only when the error is nil. The subject is the package for people, as
// id@version.
func (a Artifact) Download(ctx context.Context, r Downloader, subject string, w io.Writer) (size int64, err error) {
	if a.Repository != "" {
		return 0, permanent("NotAnArchive", "package %s is an image, and the step reads files; name a package of the feed s3", subject)
	}
	if a.VersionID == "" {
		return 0, permanent("NotPinned", "package %s names no object version; its bucket must have versioning on", subject)
	}
	body, err := r.Read(ctx, a.Location())
	switch {
	case errors.Is(err, pipeline.ErrNotFound) && !errors.Is(err, objects.ErrNoBucket):
		return 0, permanent("PackageGone", "version %s of s3://%s/%s, which package %s is pinned to, has been deleted; push a new version",
			a.VersionID, a.Bucket, a.Key, subject)
	case err != nil:
		return 0, fmt.Errorf("read package %s: %w", subject, err)
	}
	defer body.Close()
	hash := sha256.New()
	if size, err = io.Copy(io.MultiWriter(w, hash), body); err != nil {
		return 0, fmt.Errorf("read package %s: %w", subject, err)
	}
	if found := "sha256:" + hex.EncodeToString(hash.Sum(nil)); found != a.Digest {
		return 0, permanent("DigestMismatch", "package %s has digest %s, but the release pinned %s; nothing was done with it", subject, found, a.Digest)
	}
	return size, nil
}

// A Downloader reads objects; [objects.Objects] is one.
type Downloader interface {
	Read(ctx context.Context, at objects.Location) (io.ReadCloser, error)
}

// ArchiveFailure turns an error of reading the package as an archive into a permanent
// [*Failure], unless the error says nothing about the archive itself.
func ArchiveFailure(subject string, err error) error {
	if errors.Is(err, pipeline.ErrInvalid) {
		return permanent("BadArchive", "package %s: %s", subject, err)
	}
	return fmt.Errorf("read package %s: %w", subject, err)
}
