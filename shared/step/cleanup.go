package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"errors"
)

//go:embed schemas/cleanup.json
var cleanupSchema string

// Bounds of what one attempt at a cleanup step does.
const (
	// MaxRemovals is the most objects or images that an attempt removes; what is left
	// is due at the next run.
	MaxRemovals = 10_000
	// maxFound is the most that are looked at: they are held in memory, to be ordered by age.
	maxFound = 250_000
)

// cleanup removes old objects of a bucket, or old images of a repository.
type cleanup struct{}

// Name implements [Kind].
func (cleanup) Name() string { return "cleanup" }

// Schema implements [Kind].
func (cleanup) Schema() []byte { return []byte(cleanupSchema) }

// References implements [Kind].
func (cleanup) References(with json.RawMessage) (References, error) {
	p, problem := parseCleanup(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: p.templates()}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Services implements [Privileged].
func (cleanup) Services() []string { return []string{"ecr", "s3"} }

// Permissions implements [Privileged]: a name that the platform file allows is that of a
// bucket or that of a repository.
func (cleanup) Permissions() []Permission {
	return []Permission{
		{Actions: []string{"s3:ListBucket"}, Resources: []string{"arn:{partition}:s3:::{name}"}},
		{Actions: []string{"s3:DeleteObject"}, Resources: []string{"arn:{partition}:s3:::{name}/*"}},
		{Actions: []string{"ecr:BatchDeleteImage", "ecr:DescribeImages"}, Resources: []string{"arn:{partition}:ecr:{region}:{account}:repository/{name}"}},
	}
}

// Start implements [Kind]: the work is done in-line. What is removed stays removed, so
// a repeated call goes on where the one before was cut off.
func (cleanup) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseCleanup(w.With)
	if problem == nil {
		problem = p.checkResolved(d.WorkBucket)
	}
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return Outcome{}, err
	}
	limited, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	outcome, err := cleaner{p, p.store(c, w), w.Log}.run(limited, d.Now())
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return Outcome{}, transient("TimedOut", "cleaning up %s took longer than %s; raise the step's timeout", p.subject(), w.Timeout)
	}
	return outcome, err
}
