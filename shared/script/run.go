// Package script runs one script job on the machine it is called on: in the build
// environment of AWS, and in the process of local mode. The job comes from the work
// bucket and so does the package it names; the log and the result go back there.
package script

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// BuildSpec is the build specification of the CodeBuild project that runs jobs: the
// project's source is the module's Lambda archive, and the key of the job is in the
// environment variable SLIPWAY_JOB.
const BuildSpec = `version: 0.2
phases:
  build:
    commands:
      - ./bootstrap script
`

// Objects reads jobs and packages and writes logs and results; [objects.Objects] is one.
type Objects interface {
	Read(ctx context.Context, at objects.Location) (io.ReadCloser, error)
	Put(ctx context.Context, bucket, key string, body io.Reader, o objects.Options) error
}

// Config is what a job runs with.
type Config struct {
	Objects    Objects
	WorkBucket string
	Path       string           // the PATH that scripts get and interpreters are looked up on
	Folder     string           // where working folders are made; "" for the system's temporary folder
	Now        func() time.Time // for the log and the result; time-outs are the machine's
}

// Run runs the job at jobKey (see [step.JobKey]) and stores its log and then its
// result. It returns nil when the script succeeded, and when another run has claimed
// the job, which is then left to it: a script never starts twice for one attempt. It
// returns a [*step.Failure] when the result says that the script failed, and another
// error when there is no result: it could not be stored, or ctx ended meanwhile, and
// then whoever ended it says why.
func Run(ctx context.Context, c Config, jobKey string) error {
	execution, name, attempt, err := step.ParseJobKey(jobKey)
	if err != nil {
		return err
	}
	job, err := c.readJob(ctx, jobKey)
	if err != nil {
		return err
	}
	job.Execution = execution // jobs of older versions don't name it so
	claimed, err := c.claim(ctx, jobKey)
	if err != nil || !claimed {
		return err
	}
	log := newLog(c.Now)
	result := c.run(ctx, job, log)
	lasting := context.WithoutCancel(ctx) // what the script did is kept even if ctx ends meanwhile
	if err := c.Objects.Put(lasting, c.WorkBucket, step.LogKey(execution, name, attempt), log.Reader(),
		objects.Options{ContentType: "text/plain; charset=utf-8"}); err != nil {
		return fmt.Errorf("store log of job %s: %w", jobKey, err)
	}
	if result.Err() != nil && ctx.Err() != nil {
		return fmt.Errorf("run job %s: %w", jobKey, context.Cause(ctx))
	}
	if err := c.putJSON(lasting, step.ResultKey(jobKey), result, false); err != nil {
		return fmt.Errorf("store result of job %s: %w", jobKey, err)
	}
	return result.Err()
}

func (c Config) readJob(ctx context.Context, jobKey string) (step.Job, error) {
	body, err := c.Objects.Read(ctx, objects.Location{Bucket: c.WorkBucket, Key: jobKey})
	if err != nil {
		return step.Job{}, fmt.Errorf("read job: %w", err)
	}
	defer body.Close()
	var job step.Job
	if err := json.NewDecoder(body).Decode(&job); err != nil {
		return step.Job{}, fmt.Errorf("read job %s: %w", jobKey, err)
	}
	return job, nil
}

// claim tells whether this run is the first to want the job.
func (c Config) claim(ctx context.Context, jobKey string) (bool, error) {
	err := c.putJSON(ctx, step.ClaimKey(jobKey), map[string]time.Time{"claimedAt": c.Now().UTC()}, true)
	if errors.Is(err, pipeline.ErrConflict) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim job %s: %w", jobKey, err)
	}
	return true, nil
}

func (c Config) putJSON(ctx context.Context, key string, value any, create bool) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return c.Objects.Put(ctx, c.WorkBucket, key, bytes.NewReader(text), objects.Options{ContentType: "application/json", Create: create})
}

// run runs the job in a folder of its own and returns its result.
func (c Config) run(ctx context.Context, job step.Job, log *log) step.Result {
	started := c.Now().UTC()
	exit, outputs, err := c.inFolder(ctx, job, log)
	result := step.Result{Status: step.Succeeded, ExitCode: exit, Outputs: outputs, StartedAt: started}
	if err != nil {
		failure := asFailure(err)
		result.Status, result.Outputs = step.Failed, nil
		result.Error, result.Cause, result.Permanent = failure.Name, failure.Cause, failure.Permanent
		log.Line(failure.Error())
	}
	result.FinishedAt = c.Now().UTC()
	return result
}

// inFolder runs the job and removes what it leaves on the machine.
func (c Config) inFolder(ctx context.Context, job step.Job, log *log) (exit int, outputs map[string]string, err error) {
	folder, err := newFolder(c.Folder)
	if err != nil {
		return notRun, nil, err
	}
	defer func() {
		if removing := os.RemoveAll(folder.root); removing != nil && err == nil {
			log.Line("the working folder could not be removed: " + removing.Error())
		}
	}()
	command, err := c.prepare(ctx, job, folder)
	if err != nil {
		return notRun, nil, err
	}
	if exit, err = command.run(ctx, job.Timeout(), log); err != nil {
		return exit, nil, err
	}
	outputs, err = readOutputs(folder.output())
	return exit, outputs, err
}

// asFailure is how any error is reported; one of the machine may not come again.
func asFailure(err error) *step.Failure {
	var failure *step.Failure
	if errors.As(err, &failure) {
		return failure
	}
	return &step.Failure{Name: "RunnerFailed", Cause: err.Error()}
}
