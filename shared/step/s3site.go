package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/shared/archive"
	"slipway/shared/objects"
)

//go:embed schemas/s3-site.json
var s3SiteSchema string

// s3Site publishes a zip package's files to a bucket. It holds the package's digest
// by reading the pinned object version whole and hashing it before anything is
// written; the files are then read from that same version, which S3 never changes.
type s3Site struct{}

// s3SiteParameters are the parameters of [s3Site].
type s3SiteParameters struct {
	Package      string `json:"package"`
	Bucket       string `json:"bucket"`
	Prefix       string `json:"prefix"`
	CacheControl string `json:"cache-control"`
	WholeBucket  bool   `json:"whole-bucket"`
}

// Name implements [Kind].
func (s3Site) Name() string { return "s3-site" }

// Schema implements [Kind].
func (s3Site) Schema() []byte { return []byte(s3SiteSchema) }

// References implements [Kind].
func (s3Site) References(with json.RawMessage) (References, error) {
	p, problem := parseS3Site(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Packages: []string{p.Package}, Templates: []Template{{Key: "bucket", Text: p.Bucket}}}
	if p.Prefix != "" {
		refs.Templates = append(refs.Templates, Template{Key: "prefix", Text: p.Prefix})
	}
	if p.CacheControl != "" {
		refs.Templates = append(refs.Templates, Template{Key: "cache-control", Text: p.CacheControl})
	}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Services implements [Privileged].
func (s3Site) Services() []string { return []string{"s3"} }

// Permissions implements [Privileged].
func (s3Site) Permissions() []Permission {
	return []Permission{
		{Actions: []string{"s3:ListBucket"}, Resources: []string{"arn:{partition}:s3:::{name}"}},
		{Actions: []string{"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"}, Resources: []string{"arn:{partition}:s3:::{name}/*"}},
	}
}

// parseS3Site reads the parameters and checks what holds with placeholders and without.
func parseS3Site(with json.RawMessage) (s3SiteParameters, *Problem) {
	var p s3SiteParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case p.Package == "":
		return p, &Problem{"package", "is missing", "name the package whose files are published"}
	case p.Bucket == "":
		return p, &Problem{"bucket", "is missing", "name the bucket, one of the platform file's sites"}
	case p.Prefix != "" && (!strings.HasSuffix(p.Prefix, "/") || strings.HasPrefix(p.Prefix, "/")):
		return p, &Problem{"prefix", fmt.Sprintf("%q does not end with \"/\" or starts with it", p.Prefix), "write a prefix such as \"site/\""}
	case p.Prefix == "" && !p.WholeBucket:
		return p, &Problem{"prefix", "is empty, so that every other object of the bucket would be removed",
			"give a prefix, or whole-bucket: true if that is meant"}
	case p.Prefix != "" && p.WholeBucket:
		return p, &Problem{"whole-bucket", "is true beside a prefix", "leave out one of them"}
	}
	return p, nil
}

// bucketName is the form of a bucket's name, per the S3 user guide's "General purpose bucket naming rules".
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// checkResolved checks what holds only once the placeholders are resolved.
func (p s3SiteParameters) checkResolved() *Problem {
	switch {
	case !bucketName.MatchString(p.Bucket):
		return &Problem{"bucket", fmt.Sprintf("%q is not a bucket's name", p.Bucket), "name one of the platform file's sites"}
	case strings.ContainsFunc(p.CacheControl, unicode.IsControl):
		return &Problem{"cache-control", "holds a control character", "write a header value such as max-age=300"}
	case strings.ContainsFunc(p.Prefix, unicode.IsControl):
		return &Problem{"prefix", "holds a control character", "write a prefix such as \"site/\""}
	case p.Prefix == "":
		return nil
	}
	for segment := range strings.SplitSeq(strings.TrimSuffix(p.Prefix, "/"), "/") {
		if segment == "" || segment == "." || segment == ".." {
			return &Problem{"prefix", fmt.Sprintf("%q has the empty or relative part %q", p.Prefix, segment), "give every part of the prefix a name"}
		}
	}
	return nil
}

// Start implements [Kind]: it publishes in-line and is done when it returns.
func (s3Site) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseS3Site(w.With)
	if problem == nil {
		problem = p.checkResolved()
	}
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	artifact, ok := w.Packages[p.Package]
	if !ok {
		return Outcome{}, permanent("NoSuchPackage", "release %s has no package %s; add it to the project file's packages", w.Release, p.Package)
	}
	bucket, err := siteObjects(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	limited, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	outcome, err := publishArtifact(limited, d.Objects, bucket, artifact, p, w)
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return Outcome{}, transient("TimedOut", "publishing took longer than %s; raise the step's timeout", w.Timeout)
	}
	return outcome, err
}

// siteObjects returns the way to the site's bucket. A bucket in the stack's own account
// is one of the platform file's sites, which Slipway itself may write; in another place
// it is written with the rights of the environment's deploy role.
func siteObjects(ctx context.Context, d Dependencies, w Work) (Writer, error) {
	if !w.Target.elsewhere() {
		return d.Objects, nil
	}
	config, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return nil, err
	}
	return objects.New(s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })), nil
}

// publishArtifact reads the package from packages and writes its files to bucket.
func publishArtifact(ctx context.Context, packages Reader, bucket Writer, a Artifact, p s3SiteParameters, w Work) (Outcome, error) {
	subject := p.Package + "@" + a.Version
	if _, err := a.Download(ctx, packages, subject, io.Discard); err != nil {
		return Outcome{}, err
	}
	source, err := packages.Open(ctx, a.Location())
	if err != nil {
		return Outcome{}, fmt.Errorf("open package %s: %w", subject, err)
	}
	files, err := archive.Open(source, source.Size(), archive.Limits{})
	if err != nil {
		return Outcome{}, ArchiveFailure(subject, err)
	}
	site := site{objects: bucket, bucket: p.Bucket, prefix: p.Prefix, cacheControl: p.CacheControl, log: w.Log, subject: subject}
	return site.publish(ctx, files.Files())
}
