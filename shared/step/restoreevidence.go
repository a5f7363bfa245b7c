package step

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"slipway/shared/pipeline"
)

// A restoreEvidence is what an attempt at a restore has shown.
type restoreEvidence struct {
	Execution   string         `json:"execution"`
	Project     string         `json:"project"`
	Environment string         `json:"environment"`
	Step        string         `json:"step"`
	Attempt     int            `json:"attempt"`
	Plan        restorePlan    `json:"plan"`
	Job         string         `json:"job"`
	StartedAt   time.Time      `json:"startedAt,omitzero"`  // of the job
	RestoredAt  time.Time      `json:"restoredAt,omitzero"` // the job's end
	VerifiedAt  time.Time      `json:"verifiedAt"`
	Checks      []restoreCheck `json:"checks,omitempty"`
	Passed      bool           `json:"passed"`
	Kept        bool           `json:"kept"`            // the copy stays
	Error       string         `json:"error,omitempty"` // the failure's name, unless passed
	Cause       string         `json:"cause,omitempty"`
}

// A restoreCheck is one thing that was looked at.
type restoreCheck struct {
	Of     string `json:"of"`   // such as "objects under invoices/"
	Want   string `json:"want"` // such as "at least 12"
	Found  string `json:"found"`
	Passed bool   `json:"passed"`
}

// EvidenceKey returns where in the work bucket the evidence of an attempt is stored.
func EvidenceKey(execution, step string, attempt int) string {
	return fmt.Sprintf("evidence/%s/%s/%d.json", execution, step, attempt)
}

func (r restoring) evidenceKey() string { return EvidenceKey(r.w.Execution, r.w.Step, r.w.Attempt) }

// archive returns the journal of all evidence, and the name of the attempt's there.
func (r restoring) archive() (j journal, name string) {
	return journal{r.d.Objects, r.d.WorkBucket, ""}, strings.TrimSuffix(r.evidenceKey(), ".json")
}

// evidence returns the attempt's evidence; known is false when there is none yet.
func (r restoring) evidence(ctx context.Context) (e restoreEvidence, known bool, err error) {
	archive, name := r.archive()
	return entered[restoreEvidence](ctx, archive, name)
}

// conclude writes the evidence with the checks, or with a failure that made them
// needless. It returns the evidence that counts: the first that was written.
func (r restoring) conclude(ctx context.Context, job *backup.DescribeRestoreJobOutput, checks []restoreCheck, failure *Failure) (restoreEvidence, error) {
	plan, known, err := entered[restorePlan](ctx, r.journal, planEntry)
	if err == nil && !known {
		err = fmt.Errorf("plan of step %s of %s: %w", r.w.Step, r.w.Execution, pipeline.ErrNotFound)
	}
	if err != nil {
		return restoreEvidence{}, err
	}
	if failure == nil {
		failure = failed(checks)
	}
	e := restoreEvidence{
		Execution: r.w.Execution, Project: r.w.Project, Environment: r.w.Environment, Step: r.w.Step, Attempt: r.w.Attempt,
		Plan: plan, Job: aws.ToString(job.RestoreJobId), StartedAt: aws.ToTime(job.CreationDate), RestoredAt: aws.ToTime(job.CompletionDate),
		VerifiedAt: r.d.Now().UTC(), Checks: checks, Passed: failure == nil, Kept: failure == nil && r.p.Keep,
	}
	if failure != nil {
		e.Error, e.Cause = failure.Name, failure.Cause
	}
	for _, c := range checks {
		r.logf("%s: %s, want %s: %s", c.Of, c.Found, c.Want, passedWord(c.Passed))
	}
	archive, name := r.archive()
	return enter(ctx, archive, name, e)
}

func passedWord(passed bool) string {
	if passed {
		return "passed"
	}
	return "failed"
}

// failed returns the failure that the checks come to, or nil.
func failed(checks []restoreCheck) *Failure {
	for _, c := range checks {
		if !c.Passed {
			return transient("VerificationFailed", "%s: %s, want %s", c.Of, c.Found, c.Want)
		}
	}
	return nil
}

// outcome returns what the attempt comes to by the evidence.
func (r restoring) outcome(e restoreEvidence) (Outcome, error) {
	if !e.Passed {
		return Outcome{}, &Failure{Name: e.Error, Cause: e.Cause + "; the evidence is " + r.evidenceKey(), Permanent: e.Error == restoreCancelled}
	}
	outputs := map[string]string{"evidence": r.evidenceKey(), "recovery-point": e.Plan.Point}
	if e.Kept {
		outputs["copy"] = e.Plan.Copy
	}
	return Outcome{Done: true, Outputs: outputs}, nil
}

// restoreCancelled names the failure of an attempt that somebody has stopped.
const restoreCancelled = "Cancelled"
