package step

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
)

// The parts of the work after the job, as they stand in names before its id.
const (
	verifyPart = "verify"
	deletePart = "delete"
)

// afterwards is how long after the attempt's end its job is looked at again, so that no
// copy stays for a lost event.
const afterwards = time.Hour

// check tells how far the named part has come.
func (r restoring) check(ctx context.Context, name string) (Outcome, error) {
	part, id, parted := strings.Cut(name, "/")
	if !parted {
		part, id = "", name
	}
	job, err := r.backup.DescribeRestoreJob(ctx, &backup.DescribeRestoreJobInput{RestoreJobId: &id})
	if backupMissing(err) {
		if soon, err := unheardWork(ctx, r.d, r.w, restoreJob{}.Name(), name); err != nil || soon {
			return Outcome{}, err
		}
	}
	if err != nil {
		return Outcome{}, backupRefused(err, restoreJob{}.Name(), r.w, "look at restore job "+id)
	}
	switch part {
	case verifyPart:
		return r.verify(ctx, job)
	case deletePart:
		return r.delete(ctx, job)
	}
	return r.restored(ctx, job)
}

// restored goes on to the verification when the job has ended well, and to the deletion
// of what it has made when not.
func (r restoring) restored(ctx context.Context, job *backup.DescribeRestoreJobOutput) (Outcome, error) {
	id := aws.ToString(job.RestoreJobId)
	switch job.Status {
	case types.RestoreJobStatusCompleted:
		return Outcome{Work: verifyPart + "/" + id}, nil
	case types.RestoreJobStatusFailed, types.RestoreJobStatusAborted:
		_, err := r.conclude(ctx, job, nil, transient("RestoreFailed", "restore job %s ended as %s: %s", id, job.Status, aws.ToString(job.StatusMessage)))
		return Outcome{Work: deletePart + "/" + id}, err
	}
	_, ended, err := r.evidence(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if deadline := r.deadline(job); !ended && r.d.Now().Before(deadline) {
		return Outcome{}, r.remind(ctx, id, deadline)
	}
	if err := r.remind(ctx, id, r.d.Now().Add(afterwards)); err != nil || ended {
		return Outcome{}, err
	}
	e, err := r.conclude(ctx, job, nil, transient("TimedOut", "restore job %s was not done after %s and can't be stopped: its copy is deleted when it ends; raise the step's timeout", id, r.w.Timeout))
	if err != nil {
		return Outcome{}, err
	}
	return r.outcome(e)
}

// deadline is when the attempt's time is over, counted from the job's beginning.
func (r restoring) deadline(job *backup.DescribeRestoreJobOutput) time.Time {
	return aws.ToTime(job.CreationDate).Add(r.w.Timeout)
}

// remind asks for a check of the named part at t.
func (r restoring) remind(ctx context.Context, name string, t time.Time) error {
	return r.d.Timers.Set(ctx, restoreJob{}.Name(), name, t)
}

// verify holds the copy against what is expected, once, and writes the evidence.
func (r restoring) verify(ctx context.Context, job *backup.DescribeRestoreJobOutput) (Outcome, error) {
	id := aws.ToString(job.RestoreJobId)
	e, known, err := r.evidence(ctx)
	if err == nil && !known {
		var checks []restoreCheck
		var ready bool
		checks, ready, err = r.copy.verify(ctx, r.p.Verify)
		late := !r.d.Now().Before(r.deadline(job))
		switch {
		case err != nil:
		case ready:
			e, err = r.conclude(ctx, job, checks, nil)
		case late:
			e, err = r.conclude(ctx, job, checks, transient("TimedOut", "%s was restored but not ready after %s; raise the step's timeout", r.p.copyName(r.w), r.w.Timeout))
		default: // no event tells when its service has prepared it
			return Outcome{}, r.remind(ctx, verifyPart+"/"+id, earlier(r.deadline(job), r.d.Now().Add(backupRecheck)))
		}
	}
	var failure *Failure
	if errors.As(err, &failure) { // such as a right that lacks: the copy goes all the same
		e, err = r.conclude(ctx, job, nil, failure)
	}
	switch {
	case err != nil:
		return Outcome{}, err
	case e.Kept:
		return r.outcome(e)
	}
	return Outcome{Work: deletePart + "/" + id}, nil
}

// A deletedMark says that an attempt's copy is deleted: another resource that has the
// name by then is not the attempt's.
type deletedMark struct {
	Copy string    `json:"copy"`
	At   time.Time `json:"at"`
}

// deletedEntry is the name of the mark in the attempt's journal.
const deletedEntry = "deleted"

// delete deletes what the job says that it has made, once, and ends the attempt.
func (r restoring) delete(ctx context.Context, job *backup.DescribeRestoreJobOutput) (Outcome, error) {
	id := aws.ToString(job.RestoreJobId)
	e, known, err := r.evidence(ctx)
	if err != nil || !known || e.Kept {
		return Outcome{}, err
	}
	_, done, err := entered[deletedMark](ctx, r.journal, deletedEntry)
	if err != nil {
		return Outcome{}, err
	}
	if done {
		return r.outcome(e)
	}
	if created := aws.ToString(job.CreatedResourceArn); created != "" {
		if done, err = r.remove(ctx, created, e.Plan.Copy); err != nil {
			return Outcome{}, err
		}
		if !done {
			return Outcome{}, r.remind(ctx, deletePart+"/"+id, r.d.Now())
		}
		r.logf("%s is deleted", created)
	}
	if _, err := enter(ctx, r.journal, deletedEntry, deletedMark{e.Plan.Copy, r.d.Now().UTC()}); err != nil {
		return Outcome{}, err
	}
	return r.outcome(e)
}

// remove deletes the copy if it is what the job has created.
func (r restoring) remove(ctx context.Context, created, name string) (done bool, err error) {
	path := backupResource{r.p.Resource.Type, name}.path()
	a, err := arn.Parse(created)
	if err != nil || a.Resource != path {
		return false, permanent("OtherCopy", "the restore job has created %s and not %s; look at it and delete it by hand", created, path)
	}
	return r.copy.remove(ctx)
}

// cancel writes evidence that has the copy deleted, unless there is evidence already.
func (r restoring) cancel(ctx context.Context, name string) error {
	_, known, err := r.evidence(ctx)
	if err != nil || known {
		return err
	}
	id := name[strings.LastIndexByte(name, '/')+1:]
	r.logf("restore job %s can't be stopped: its copy is deleted when it has ended", id)
	if _, err = r.conclude(ctx, &backup.DescribeRestoreJobOutput{RestoreJobId: &id}, nil, permanent(restoreCancelled, "the step was stopped")); err != nil {
		return err
	}
	return r.remind(ctx, name, r.d.Now().Add(backupRecheck))
}
