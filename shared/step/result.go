package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// A Status says how a script ended.
type Status string

// The statuses.
const (
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
)

// A Result is what the machine that ran a script reports, stored under [ResultKey].
type Result struct {
	Status     Status            `json:"status"`
	ExitCode   int               `json:"exitCode"`            // of the interpreter; -1 when it did not run to its end
	Error      string            `json:"error,omitempty"`     // the failure's name
	Cause      string            `json:"cause,omitempty"`     // for people
	Permanent  bool              `json:"permanent,omitempty"` // another attempt would fail in the same way
	Outputs    map[string]string `json:"outputs,omitempty"`
	StartedAt  time.Time         `json:"startedAt"`
	FinishedAt time.Time         `json:"finishedAt"`
}

// Err returns the failure that r reports, or nil when the script succeeded.
func (r Result) Err() error {
	if r.Status == Succeeded {
		return nil
	}
	return &Failure{Name: r.Error, Cause: r.Cause, Permanent: r.Permanent}
}

// ReadResult returns what became of the job at jobKey, whose build has ended with
// buildStatus (a status of the "CodeBuild Build State Change" event). The outcome is
// not done when another build of the same job has it; that build's event will come.
// The error is a [*Failure] when the step failed; any other says nothing about the
// step, and the call is to be repeated.
func (r *Runner) ReadResult(ctx context.Context, jobKey, buildStatus string) (Outcome, error) {
	if _, _, _, err := ParseJobKey(jobKey); err != nil {
		return Outcome{}, err
	}
	result, err := readResult(ctx, r.dependencies.Objects, objects.Location{Bucket: r.dependencies.WorkBucket, Key: ResultKey(jobKey)})
	switch {
	case errors.Is(err, pipeline.ErrNotFound) && !errors.Is(err, objects.ErrNoBucket):
		return withoutResult(buildStatus)
	case err != nil:
		return Outcome{}, fmt.Errorf("read result of job %s: %w", jobKey, err)
	case result.Err() != nil:
		return Outcome{}, result.Err()
	}
	return Outcome{Done: true, Outputs: result.Outputs}, nil
}

func readResult(ctx context.Context, r Reader, at objects.Location) (Result, error) {
	body, err := r.Read(ctx, at)
	if err != nil {
		return Result{}, err
	}
	defer body.Close()
	var result Result
	err = json.NewDecoder(body).Decode(&result)
	return result, err
}

// withoutResult explains a build that left no result by its status.
func withoutResult(buildStatus string) (Outcome, error) {
	switch buildStatus {
	case "SUCCEEDED":
		// The runner succeeds without a result only when it finds the job claimed.
		return Outcome{}, nil
	case "FAILED":
		return Outcome{}, transient("BuildFailed", "the build failed before the script ended; the build's own log says why")
	case "FAULT":
		return Outcome{}, transient("BuildFault", "the machine stopped while the build ran; another attempt may succeed")
	case "TIMED_OUT":
		return Outcome{}, transient("TimedOut", "the build ran out of time before the script ended; raise the step's timeout")
	case "STOPPED":
		return Outcome{}, permanent("Stopped", "the build was stopped by hand")
	}
	return Outcome{}, fmt.Errorf("build status %q: not one with which a build ends: %w", buildStatus, pipeline.ErrInvalid)
}
