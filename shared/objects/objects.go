// Package objects is S3 as the domain needs it: pinned versions read in ranges,
// bodies of any size written in bounded memory, and errors of the domain.
//
// S3 answers "access denied" instead of "no such key" to a caller without the right
// s3:ListBucket, so the roles of those who ask whether an object exists need it.
package objects

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"slipway/shared/pipeline"
)

// ErrNoBucket tells that the bucket itself does not exist; it is a [pipeline.ErrNotFound].
var ErrNoBucket = fmt.Errorf("no such bucket: %w", pipeline.ErrNotFound)

// Objects reads and writes objects with one S3 client.
type Objects struct {
	client  *s3.Client
	presign *s3.PresignClient
}

// New returns the objects that client reaches; URLs are signed for client's endpoint.
func New(client *s3.Client) *Objects {
	return (&Objects{client: client}).WithPresign(client)
}

// WithPresign returns a copy of o that signs URLs as client would send them: for
// whoever is given a URL, the endpoint may have another address than for o itself.
func (o *Objects) WithPresign(client *s3.Client) *Objects {
	signed := *o
	signed.presign = s3.NewPresignClient(client)
	return &signed
}

// A Location names an object, or one version of it.
type Location struct {
	Bucket    string
	Key       string
	VersionID string // "": the newest
}

// String returns the location as an s3:// URL, with the version after "@" if there is one.
func (l Location) String() string {
	if l.VersionID == "" {
		return "s3://" + l.Bucket + "/" + l.Key
	}
	return "s3://" + l.Bucket + "/" + l.Key + "@" + l.VersionID
}

func (l Location) version() *string {
	if l.VersionID == "" {
		return nil
	}
	return &l.VersionID
}

// Options are what an object carries beside its body.
type Options struct {
	ContentType  string
	CacheControl string
	Metadata     map[string]string // x-amz-meta-*; at most 2 KiB in all, per the S3 user guide
	// Create refuses with [pipeline.ErrConflict] to replace an object of that key.
	Create bool
}

// Info is what S3 knows of an object without its body.
type Info struct {
	Size         int64  // in bytes
	VersionID    string // "" in a bucket without versions
	ETag         string // without quotes
	ContentType  string
	Metadata     map[string]string // names in lower case
	LastModified time.Time
}

// An Entry is one object of a listing.
type Entry struct {
	Key          string
	Size         int64  // in bytes
	ETag         string // without quotes
	LastModified time.Time
}

// translate wraps the errors of S3 in those that callers tell apart.
func translate(err error) error {
	var sentinel error
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &api) && sentinelOf(api.ErrorCode()) != nil:
		sentinel = sentinelOf(api.ErrorCode())
	case errors.As(err, &response): // HEAD has no body that could hold a code
		switch response.HTTPStatusCode() {
		case http.StatusNotFound:
			sentinel = pipeline.ErrNotFound
		case http.StatusForbidden:
			sentinel = pipeline.ErrRefused
		}
	}
	if sentinel == nil {
		return err
	}
	return fmt.Errorf("%w: %w", sentinel, err)
}

// sentinelOf maps the codes of the S3 API reference, "Error responses".
func sentinelOf(code string) error {
	switch code {
	case "NoSuchBucket":
		return ErrNoBucket
	case "NoSuchKey", "NoSuchVersion", "NotFound":
		return pipeline.ErrNotFound
	case "AccessDenied", "AllAccessDisabled", "Forbidden":
		return pipeline.ErrRefused
	case "PreconditionFailed", "ConditionalRequestConflict":
		return pipeline.ErrConflict
	}
	return nil
}
