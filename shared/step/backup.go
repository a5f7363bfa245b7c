package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"slipway/events"
)

//go:embed schemas/backup.json
var backupSchema string

// backupJob has AWS Backup back a table, a database instance or a bucket up, and looks
// whether the recovery point is there. Its work is named by the id of the job.
type backupJob struct{}

// Name implements [Kind].
func (backupJob) Name() string { return "backup" }

// Schema implements [Kind].
func (backupJob) Schema() []byte { return []byte(backupSchema) }

// References implements [Kind].
func (backupJob) References(with json.RawMessage) (References, error) {
	p, problem := parseBackup(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: backupTemplates(p.Resource, p.Vault, p.Role)}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// backupTimeout is how long an attempt may take when the project file names no timeout.
const backupTimeout = 8 * time.Hour

// Timeout implements [Timed].
func (backupJob) Timeout(json.RawMessage) (time.Duration, bool) { return backupTimeout, true }

// Start implements [Kind]: it starts the job under a token of the attempt, so that
// repeating it returns the same job.
func (backupJob) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseBackup(w.With)
	if problem == nil {
		problem = p.checkResolved()
	}
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return Outcome{}, err
	}
	place, err := newBackupPlace(ctx, c)
	if err != nil {
		return Outcome{}, err
	}
	in := p.request(place, w)
	started, err := backup.NewFromConfig(c).StartBackupJob(ctx, in)
	if err != nil {
		return Outcome{}, backupRefused(err, backupJob{}.Name(), w, fmt.Sprintf("back up %s to vault %s", *in.ResourceArn, p.Vault))
	}
	if aws.ToString(started.BackupJobId) == "" {
		return Outcome{}, fmt.Errorf("back up %s: the answer names no job", *in.ResourceArn)
	}
	_, _ = fmt.Fprintf(w.Log, "job %s backs up %s to vault %s\n", *started.BackupJobId, *in.ResourceArn, p.Vault) // logs are best effort
	return Outcome{Work: *started.BackupJobId}, nil
}

// leastWindow is the least time in which a job may wait for its beginning, per the
// StartBackupJob reference, and the least beyond it for its end.
const leastWindow = time.Hour

// request returns what asks for the job. The windows only bound what AWS Backup does by
// itself: [backupJob.Check] stops a job at the attempt's timeout.
func (p backupParameters) request(place backupPlace, w Work) *backup.StartBackupJobInput {
	window := max(leastWindow, w.Timeout)
	return &backup.StartBackupJobInput{
		BackupVaultName:       &p.Vault,
		IamRoleArn:            aws.String(place.role(p.Role)),
		ResourceArn:           aws.String(place.resource(p.Resource)),
		IdempotencyToken:      aws.String(backupToken(w)),
		Lifecycle:             &types.Lifecycle{DeleteAfterDays: aws.Int64(int64(p.Retain))},
		StartWindowMinutes:    aws.Int64(int64(window.Minutes())),
		CompleteWindowMinutes: aws.Int64(int64((window + leastWindow).Minutes())),
	}
}

// backupToken names the attempt in the letters that an idempotency token may have.
func backupToken(w Work) string {
	return Job{Execution: w.Execution, Step: w.Step, Attempt: w.Attempt}.token()
}

// Works implements [Remote]. Per the AWS Backup developer guide, the event is "Backup
// Job State Change", best effort and every five minutes.
func (backupJob) Works(e events.Raw) []string {
	var detail struct {
		Job string `json:"backupJobId"`
	}
	return backupEvent(e, "Backup Job State Change", &detail, &detail.Job)
}

// backupEvent returns the job that an event of AWS Backup of that type is about, when e
// is one. It is a member of detail, into which the event's is decoded.
func backupEvent(e events.Raw, detailType string, detail any, job *string) []string {
	if e.Source != "aws.backup" || e.DetailType != detailType || json.Unmarshal(e.Detail, detail) != nil || *job == "" {
		return nil
	}
	return []string{*job}
}

// Cancel implements [Remote]. A job that has ended can't be stopped and needs not be.
func (backupJob) Cancel(ctx context.Context, d Dependencies, w Work, job string) error {
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return err
	}
	client := backup.NewFromConfig(c)
	found, err := client.DescribeBackupJob(ctx, &backup.DescribeBackupJobInput{BackupJobId: &job})
	if err != nil {
		return backupRefused(err, backupJob{}.Name(), w, "look at backup job "+job)
	}
	if !backupGoesOn(found.State) {
		return nil
	}
	return stopBackup(ctx, client, w, job)
}

func stopBackup(ctx context.Context, client *backup.Client, w Work, job string) error {
	if _, err := client.StopBackupJob(ctx, &backup.StopBackupJobInput{BackupJobId: &job}); err != nil {
		return backupRefused(err, backupJob{}.Name(), w, "stop backup job "+job)
	}
	_, _ = fmt.Fprintf(w.Log, "job %s is told to stop\n", job) // logs are best effort
	return nil
}
