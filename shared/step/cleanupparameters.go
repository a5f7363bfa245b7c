package step

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/shared/objects"
)

// cleanupParameters are the parameters of [cleanup].
type cleanupParameters struct {
	Bucket      string          `json:"bucket"` // or Repository
	Prefix      string          `json:"prefix"`
	WholeBucket bool            `json:"whole-bucket"`
	Repository  string          `json:"repository"`
	Protect     []string        `json:"protect"` // globs of tags
	OlderThan   cleanupDuration `json:"older-than"`
	Keep        int             `json:"keep"`
	Match       string          `json:"match"` // a glob
	DryRun      bool            `json:"dry-run"`
}

// maxKeep is the most items that can be kept for being new.
const maxKeep = 10_000

// maxProtect is the most globs of tags that are protected.
const maxProtect = 50

func parseCleanup(with json.RawMessage) (cleanupParameters, *Problem) {
	var p cleanupParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case (p.Bucket == "") == (p.Repository == ""):
		return p, &Problem{"bucket", "is to be given, or \"repository\", and not both", "name the bucket whose objects, or the repository whose images are removed"}
	case p.Keep < 0 || p.Keep > maxKeep:
		return p, &Problem{"keep", fmt.Sprintf("is %d", p.Keep), fmt.Sprintf("write a number up to %d", maxKeep)}
	case p.OlderThan == 0 && p.Keep == 0:
		return p, &Problem{"older-than", "is missing, and \"keep\" too, so that everything would be removed", "write older-than: 30d, keep: 20, or both"}
	}
	for _, pattern := range append([]string{p.Match}, p.Protect...) {
		if _, err := path.Match(pattern, ""); err != nil {
			return p, &Problem{"match", fmt.Sprintf("%.80q is not a glob", pattern), "write * and ? for any characters, and close each ["}
		}
	}
	if p.Repository != "" {
		return p, p.checkImages()
	}
	return p, p.checkObjects()
}

// checkObjects checks what objects need.
func (p cleanupParameters) checkObjects() *Problem {
	switch {
	case len(p.Protect) > 0:
		return &Problem{"protect", "is there without \"repository\"", "leave it out: objects have no tags by which to protect them"}
	case strings.HasPrefix(p.Prefix, "/"):
		return &Problem{"prefix", fmt.Sprintf("%.80q starts with \"/\"", p.Prefix), "write a prefix such as \"logs/\""}
	case p.Prefix == "" && !p.WholeBucket:
		return &Problem{"prefix", "is empty, so that objects of the whole bucket would be removed", "give a prefix, or whole-bucket: true if that is meant"}
	case p.Prefix != "" && p.WholeBucket:
		return &Problem{"whole-bucket", "is true beside a prefix", "leave out one of them"}
	}
	return nil
}

// checkImages checks what images need.
func (p cleanupParameters) checkImages() *Problem {
	switch {
	case p.Prefix != "" || p.WholeBucket:
		return &Problem{"prefix", "or \"whole-bucket\" is there without \"bucket\"", "leave it out, and use match for tags"}
	case p.Keep == 0:
		return &Problem{"keep", "is missing, or 0", "write how many of the newest images stay whatever their age, at least 1"}
	case len(p.Protect) > maxProtect || slices.Contains(p.Protect, ""):
		return &Problem{"protect", "has an empty glob, or too many", fmt.Sprintf("list at most %d globs of tags, such as [stable, \"1.*\"]", maxProtect)}
	}
	return nil
}

// repositoryName is the form of a repository's name, per the CreateRepository reference.
var repositoryName = regexp.MustCompile(`^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)

// checkResolved checks what holds only once the placeholders are resolved; work is the
// installation's own bucket.
func (p cleanupParameters) checkResolved(work string) *Problem {
	switch {
	case p.Repository != "" && !repositoryName.MatchString(p.Repository):
		return &Problem{"repository", fmt.Sprintf("%.80q is not a repository's name", p.Repository), "write a name such as storefront/api"}
	case p.Bucket != "" && !bucketName.MatchString(p.Bucket):
		return &Problem{"bucket", fmt.Sprintf("%.80q is not a bucket's name", p.Bucket), "write a name such as storefront-logs"}
	case p.Bucket == work && work != "":
		return &Problem{"bucket", fmt.Sprintf("%q is Slipway's own", p.Bucket), "leave it to the rules by which it expires objects"}
	case strings.ContainsFunc(p.Prefix, unicode.IsControl):
		return &Problem{"prefix", "holds a control character", "write a prefix such as \"logs/\""}
	}
	return nil
}

// templates returns the parameters that may hold placeholders.
func (p cleanupParameters) templates() []Template {
	var all []Template
	for _, t := range []Template{{Key: "bucket", Text: p.Bucket}, {Key: "prefix", Text: p.Prefix}, {Key: "repository", Text: p.Repository}} {
		if t.Text != "" {
			all = append(all, t)
		}
	}
	return all
}

// subject tells people what is cleaned up.
func (p cleanupParameters) subject() string {
	if p.Repository != "" {
		return "repository " + p.Repository
	}
	return "s3://" + p.Bucket + "/" + p.Prefix
}

// store returns the place that the parameters name.
func (p cleanupParameters) store(c aws.Config, w Work) cleanupStore {
	if p.Repository != "" {
		return cleanupImages{ecr.NewFromConfig(c), p.Repository, w}
	}
	client := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true })
	return cleanupObjects{objects.New(client), p.Bucket, p.Prefix, w}
}

// cleanupDuration is an age of the project file, from a minute to ten years.
type cleanupDuration time.Duration

// cleanupDurationForm is the form of such ages; the schema has the same.
var cleanupDurationForm = regexp.MustCompile(`^([1-9][0-9]{0,4}[mh]|[1-9][0-9]{0,2}d|[12][0-9]{3}d|3[0-5][0-9]{2}d|36[0-4][0-9]d|3650d)$`)

// UnmarshalJSON implements [json.Unmarshaler].
func (d *cleanupDuration) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	parsed, ok := parseDays(text, cleanupDurationForm)
	if !ok {
		return fmt.Errorf("%.40q is not an age such as 12h or 30d, at most 3650d", text)
	}
	*d = cleanupDuration(parsed)
	return nil
}
