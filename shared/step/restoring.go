package step

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
)

// A restoring is an attempt at a restore step, as its parts share it.
type restoring struct {
	journal journal
	d       Dependencies
	w       Work
	p       restoreParameters
	config  aws.Config
	backup  *backup.Client
	copy    restoredCopy
}

// A restoredCopy is the resource that a restore makes.
type restoredCopy interface {
	// exists tells whether there is a resource of the copy's name, whoever made it.
	exists(ctx context.Context) (bool, error)
	// verify holds the copy against what is expected of it. Ready is false while its
	// service still prepares it.
	verify(ctx context.Context, e restoreExpectations) (checks []restoreCheck, ready bool, err error)
	// remove deletes the copy; done is false when there is more of it than one call
	// deletes. It is done when there is none.
	remove(ctx context.Context) (done bool, err error)
}

// newRestoring reads the attempt's parameters. The error is a [*Failure] when they won't do.
func newRestoring(ctx context.Context, d Dependencies, w Work) (restoring, error) {
	p, problem := parseRestore(w.With)
	if problem == nil {
		problem = p.checkResolved(p.copyName(w))
	}
	if problem != nil {
		return restoring{}, problem.failure()
	}
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return restoring{}, err
	}
	r := restoring{journal: journalOf(d, w), d: d, w: w, p: p, config: c, backup: backup.NewFromConfig(c)}
	switch name := p.copyName(w); p.Resource.Type {
	case dynamoDBTable:
		r.copy = newTableCopy(c, w, name)
	case rdsInstance:
		r.copy = newInstanceCopy(c, w, name)
	default:
		r.copy = newBucketCopy(c, w, name)
	}
	return r, nil
}

// start starts the job under a token of the attempt.
func (r restoring) start(ctx context.Context) (Outcome, error) {
	plan, err := r.planned(ctx)
	if err != nil {
		return Outcome{}, err
	}
	place, err := newBackupPlace(ctx, r.config)
	if err != nil {
		return Outcome{}, err
	}
	metadata, err := r.metadata(ctx, plan)
	if err != nil {
		return Outcome{}, err
	}
	started, err := r.backup.StartRestoreJob(ctx, &backup.StartRestoreJobInput{
		RecoveryPointArn: &plan.Point,
		ResourceType:     aws.String(r.p.Resource.Type.awsName()),
		IamRoleArn:       aws.String(place.role(r.p.Role)),
		IdempotencyToken: aws.String(backupToken(r.w)),
		Metadata:         metadata,
	})
	if err != nil {
		return Outcome{}, backupRefused(err, restoreJob{}.Name(), r.w, fmt.Sprintf("restore %s to %s", plan.Point, plan.Copy))
	}
	if aws.ToString(started.RestoreJobId) == "" {
		return Outcome{}, fmt.Errorf("restore %s: the answer names no job", plan.Point)
	}
	r.logf("job %s restores %s of %s, taken at %s, to %s", *started.RestoreJobId, plan.Point, plan.Resource, plan.TakenAt.UTC().Format(timeForm), plan.Copy)
	return Outcome{Work: *started.RestoreJobId}, nil
}

// timeForm is how times stand in logs.
const timeForm = "2006-01-02 15:04:05 MST"

// logf writes a line for people; logs are best effort.
func (r restoring) logf(format string, args ...any) {
	_, _ = fmt.Fprintf(r.w.Log, format+"\n", args...)
}
