package step

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
)

// Check implements [Remote].
func (k backupJob) Check(ctx context.Context, d Dependencies, w Work, job string) (Outcome, error) {
	p, problem := parseBackup(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return Outcome{}, err
	}
	client := backup.NewFromConfig(c)
	found, err := client.DescribeBackupJob(ctx, &backup.DescribeBackupJobInput{BackupJobId: &job})
	if backupMissing(err) {
		if soon, err := unheardWork(ctx, d, w, k.Name(), job); err != nil || soon {
			return Outcome{}, err
		}
	}
	if err != nil {
		return Outcome{}, backupRefused(err, backupJob{}.Name(), w, "look at backup job "+job)
	}
	if backupGoesOn(found.State) {
		return k.wait(ctx, d, w, client, found)
	}
	outcome, err := verifyBackup(ctx, d, client, w, p, found)
	if err == nil && !outcome.Done {
		return k.wait(ctx, d, w, client, found)
	}
	return conclude(ctx, d, w, k.Name(), job, outcome, err)
}

func backupGoesOn(state types.BackupJobState) bool {
	switch state {
	case types.BackupJobStateCreated, types.BackupJobStatePending, types.BackupJobStateRunning, types.BackupJobStateAborting:
		return true
	}
	return false
}

// backupRecheck is when a recovery point is looked at again that isn't there although
// its job has ended; no event tells of it.
const backupRecheck = time.Minute

// wait asks for a check at the attempt's timeout, since an event may be lost, and ends
// the attempt when that has come.
func (k backupJob) wait(ctx context.Context, d Dependencies, w Work, client *backup.Client, found *backup.DescribeBackupJobOutput) (Outcome, error) {
	job, deadline := aws.ToString(found.BackupJobId), aws.ToTime(found.CreationDate).Add(w.Timeout)
	if !d.Now().Before(deadline) {
		if backupGoesOn(found.State) {
			if err := stopBackup(ctx, client, w, job); err != nil {
				return Outcome{}, err
			}
		}
		return Outcome{}, transient("TimedOut", "backup job %s was not done after %s; raise the step's timeout", job, w.Timeout)
	}
	at := deadline
	if !backupGoesOn(found.State) {
		at = earlier(deadline, d.Now().Add(backupRecheck))
	}
	return Outcome{}, d.Timers.Set(ctx, k.Name(), job, at)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// verifyBackup tells how the job has ended. A completed one counts as done when its
// recovery point is whole; the outcome is not done while that is being made.
func verifyBackup(ctx context.Context, d Dependencies, client *backup.Client, w Work, p backupParameters, found *backup.DescribeBackupJobOutput) (Outcome, error) {
	job, message := aws.ToString(found.BackupJobId), aws.ToString(found.StatusMessage)
	switch found.State {
	case types.BackupJobStateCompleted:
	case types.BackupJobStateAborted:
		return Outcome{}, permanent("Stopped", "backup job %s was stopped: %s", job, message)
	case types.BackupJobStateExpired:
		return Outcome{}, transient("Expired", "backup job %s did not begin or end in its window: %s", job, message)
	default:
		return Outcome{}, transient("BackupFailed", "backup job %s ended as %s: %s", job, found.State, message)
	}
	if message != "" { // which AWS Backup's console calls "Completed with issues"
		_, _ = fmt.Fprintf(w.Log, "job %s has completed with issues: %s\n", job, message) // logs are best effort
	}
	point, err := client.DescribeRecoveryPoint(ctx, &backup.DescribeRecoveryPointInput{BackupVaultName: &p.Vault, RecoveryPointArn: found.RecoveryPointArn})
	if backupMissing(err) {
		if soon, err := unheard(ctx, d, w, unheardPointEntry); err != nil || soon {
			return Outcome{}, err
		}
	}
	if err != nil {
		return Outcome{}, backupRefused(err, backupJob{}.Name(), w, "look at recovery point "+aws.ToString(found.RecoveryPointArn))
	}
	return verifyRecoveryPoint(w, p.Resource.Type, job, point)
}

func verifyRecoveryPoint(w Work, t backupType, job string, point *backup.DescribeRecoveryPointOutput) (Outcome, error) {
	name, size := aws.ToString(point.RecoveryPointArn), aws.ToInt64(point.BackupSizeInBytes)
	switch {
	case point.Status == types.RecoveryPointStatusCreating:
		return Outcome{}, nil
	case point.Status != types.RecoveryPointStatusCompleted && point.Status != types.RecoveryPointStatusAvailable:
		return Outcome{}, transient("BadRecoveryPoint", "recovery point %s is %s: %s", name, point.Status, aws.ToString(point.StatusMessage))
	case t.tellsSize() && size <= 0:
		return Outcome{}, transient("EmptyRecoveryPoint", "recovery point %s holds %d bytes; look whether the resource is empty", name, size)
	}
	_, _ = fmt.Fprintf(w.Log, "recovery point %s is %s with %d bytes\n", name, point.Status, size) // logs are best effort
	return Outcome{Done: true, Outputs: map[string]string{"recovery-point": name, "size": strconv.FormatInt(size, 10), "job": job}}, nil
}
