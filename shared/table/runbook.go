package table

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/shared/pipeline"
)

func putRunbook(s pipeline.RunbookState) (put, error) {
	i, err := encode(runbookKey(s.Project, s.Runbook), s)
	return put{item: i}, err
}

// putRun refuses to overwrite a terminal status, whatever the caller has read.
func putRun(r pipeline.Run) (put, error) {
	i, err := encode(runKey(r.ID), r)
	return put{item: i,
		condition: "attribute_not_exists(pk) OR NOT #status IN (:succeeded, :failed, :cancelled)",
		names:     map[string]string{"#status": "status"},
		values: item{":succeeded": text(string(pipeline.StatusSucceeded)), ":failed": text(string(pipeline.StatusFailed)),
			":cancelled": text(string(pipeline.StatusCancelled))}}, err
}

// occasionKept is how long it is remembered what a trigger did. A delivery comes again
// for a day at most, and from a dead-letter queue for 14 more.
const occasionKept = 90 * 24 * time.Hour

func (t *Table) putOccasion(o pipeline.Occasion) (put, error) {
	i, err := encode(occasionKey(o.Project, o.Runbook, o.Environment, o.Key), o)
	if err == nil {
		i["expiresAt"] = number(t.now().Add(occasionKept).Unix())
	}
	return put{item: i, condition: once}, err
}

// forgetRun deletes steps of a run and, unless it is to stay for now, the run.
func (t *Table) forgetRun(f pipeline.ForgottenRun) []types.TransactWriteItem {
	var keys []key
	if !f.StepsOnly {
		keys = append(keys, runKey(f.Run))
	}
	for _, step := range f.Steps {
		keys = append(keys, stepKey(pipeline.ExecutionID{Run: f.Run}, step))
	}
	return t.deletions(keys)
}

// Runbook returns what a project knows of a runbook; of one that never ran, nothing.
func (t *Table) Runbook(ctx context.Context, project, runbook string) (pipeline.RunbookState, error) {
	s := pipeline.RunbookState{Project: project, Runbook: runbook}
	err := t.get(ctx, runbookKey(project, runbook), &s, "runbook %s of %s", runbook, project)
	if errors.Is(err, pipeline.ErrNotFound) {
		return s, nil
	}
	return s, err
}

// Run returns a run, or [pipeline.ErrNotFound].
func (t *Table) Run(ctx context.Context, id pipeline.RunID) (pipeline.Run, error) {
	var r pipeline.Run
	err := t.get(ctx, runKey(id), &r, "run %s", id)
	return r, err
}

// Runs returns up to n runs of a runbook with numbers below the given one (0: from the
// last), newest first.
func (t *Table) Runs(ctx context.Context, project, runbook string, below, n int) ([]pipeline.Run, error) {
	s := selection{pk: projectPartition(project), prefix: runsPrefix(runbook), backward: true, limit: int32(n)}
	if below == 1 {
		return nil, nil
	}
	if below > 0 {
		s.before = runKey(pipeline.RunID{Project: project, Runbook: runbook, Number: below - 1}).sk
	}
	return collect[pipeline.Run](t.query(ctx, s), n)
}

// OldestRuns returns up to n runs of a runbook, oldest first.
func (t *Table) OldestRuns(ctx context.Context, project, runbook string, n int) ([]pipeline.Run, error) {
	s := selection{pk: projectPartition(project), prefix: runsPrefix(runbook), limit: int32(n)}
	return collect[pipeline.Run](t.query(ctx, s), n)
}

// Occasion returns what a trigger did with that key, or [pipeline.ErrNotFound].
func (t *Table) Occasion(ctx context.Context, project, runbook, environment, key string) (pipeline.Occasion, error) {
	var o pipeline.Occasion
	err := t.get(ctx, occasionKey(project, runbook, environment, key), &o, "occasion %s of runbook %s of %s in %s", key, runbook, project, environment)
	return o, err
}

// Execution returns a deployment or a run as its steps see it, or [pipeline.ErrNotFound].
func (t *Table) Execution(ctx context.Context, id pipeline.ExecutionID) (pipeline.Execution, error) {
	if id.IsRun() {
		r, err := t.Run(ctx, id.Run)
		return r.Execution(), err
	}
	d, err := t.Deployment(ctx, id.Deployment)
	return d.Execution(), err
}
