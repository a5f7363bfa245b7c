package events

// Build is what a CI job says of the build that made a package.
type Build struct {
	Commit      string `json:"commit,omitempty"`
	Branch      string `json:"branch,omitempty"`
	URL         string `json:"url,omitempty"`
	Author      string `json:"author,omitempty"`
	CommittedAt string `json:"committedAt,omitempty"` // RFC 3339
}

// PackageRegistered tells that a version of a package exists and which bytes it is, for ever.
type PackageRegistered struct {
	Package   string `json:"package"`
	Version   string `json:"version"`
	Feed      string `json:"feed"`
	Digest    string `json:"digest"` // "sha256:" and 64 hexadecimal digits
	Bucket    string `json:"bucket,omitempty"`
	Key       string `json:"key,omitempty"`
	VersionID string `json:"versionId,omitempty"` // of the S3 object
	// Repository is that of ECR; the image's tag is the version.
	Repository string `json:"repository,omitempty"`
	Size       int64  `json:"size"` // bytes; 0 when the feed doesn't tell
	Build      Build  `json:"build"`
}

// Type returns "package.registered.v1".
func (PackageRegistered) Type() string { return "package.registered.v1" }

// PackageRejected tells whoever pushed an object or an image why it did not become a package.
type PackageRejected struct {
	Package    string `json:"package,omitempty"` // absent when the key names none
	Version    string `json:"version,omitempty"`
	Bucket     string `json:"bucket,omitempty"`
	Key        string `json:"key,omitempty"`
	Repository string `json:"repository,omitempty"` // ECR's, in place of bucket and key
	Tag        string `json:"tag,omitempty"`
	Digest     string `json:"digest,omitempty"` // of the image
	Message    string `json:"message"`
}

// Type returns "package.rejected.v1".
func (PackageRejected) Type() string { return "package.rejected.v1" }
