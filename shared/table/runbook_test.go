package table_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/events"
	"slipway/shared/pipeline"
)

// runID returns the id of run number n of a runbook of storefront.
func runID(runbook string, n int) pipeline.RunID {
	return pipeline.RunID{Project: "storefront", Runbook: runbook, Number: n}
}

// run returns run number n of a runbook of storefront.
func run(runbook string, n int, status pipeline.Status) pipeline.Run {
	return pipeline.Run{ID: runID(runbook, n), Environment: "dev", Status: status, Trigger: events.Trigger{Kind: pipeline.TriggerHand}, Plan: "sha256:p", RequestedBy: "manager1", RequestedAt: noon}
}

// keep writes runs as the function does that starts them.
func (s *stack) keep(runs ...pipeline.Run) {
	s.Helper()
	s.write(storefront, pipeline.Change{By: "manager1", Runs: runs})
}

// numbers returns the numbers of runs, in their order.
func numbers(runs []pipeline.Run) string {
	var all []string
	for _, r := range runs {
		all = append(all, fmt.Sprint(r.ID.Number))
	}
	return strings.Join(all, " ")
}

// allOfARunbook returns a runbook's nouns with every field set.
func allOfARunbook() (pipeline.RunbookState, pipeline.Run, pipeline.StepRun, pipeline.Occasion) {
	r := run("clean-up", 17, pipeline.StatusFailed)
	r.Trigger = events.Trigger{Kind: pipeline.TriggerSchedule, Slot: noon, Event: "e", Alarm: "a"}
	r.Document, r.Draft, r.StartedAt, r.FinishedAt, r.Reason = "sha256:d", true, noon.Add(time.Minute), noon.Add(time.Hour), "because \"<&>\"\n"
	r.Cancelling = &pipeline.Cancellation{By: "manager2", At: noon.Add(time.Nanosecond), Cause: "enough"}
	state := pipeline.RunbookState{Project: "storefront", Runbook: "clean-up", Runs: 19,
		Published: &pipeline.Publication{Document: "sha256:d", By: "manager1", At: noon}, Paused: &pipeline.Pause{By: "manager2", At: noon, Note: "ä <&>"},
		Active: map[string]pipeline.RunID{"dev": r.ID}, Waiting: map[string][]pipeline.RunID{"dev": {runID("clean-up", 19), runID("clean-up", 18)}}}
	step := pipeline.StepRun{Execution: pipeline.ExecutionID{Run: r.ID}, Step: "old-files", Kind: "approval", Attempt: 2, Status: pipeline.StatusRunning, StartedAt: noon,
		Asked:     &pipeline.Asked{Quorum: 2, Groups: []string{"managers"}, Excluded: []string{"manager3"}},
		Approvals: []pipeline.Approval{{Plan: "sha256:p", By: "manager1", Decision: "approve", Note: "", At: noon, Via: "arn"}}}
	occasion := pipeline.Occasion{Project: "storefront", Runbook: "clean-up", Environment: "dev", Key: "event #1 ä/<&>", Run: r.ID, Reason: "none"}
	return state, r, step, occasion
}

// runbookComesBack holds what is kept of a runbook against what was written.
func runbookComesBack(s *stack) {
	ctx := s.Context()
	state, r, step, occasion := allOfARunbook()
	s.write(storefront, pipeline.Change{By: "x", Runbooks: []pipeline.RunbookState{state}, Runs: []pipeline.Run{r}, Steps: []pipeline.StepRun{step}, Occasions: []pipeline.Occasion{occasion}})
	gotState, err := s.Runbook(ctx, "storefront", "clean-up")
	same(s.T, "runbook", err, state, gotState)
	gotRun, err := s.Table.Run(ctx, r.ID)
	same(s.T, "run", err, r, gotRun)
	gotStep, err := s.Step(ctx, pipeline.ExecutionID{Run: r.ID}, "old-files")
	same(s.T, "step", err, step, gotStep)
	gotSteps, err := s.Steps(ctx, pipeline.ExecutionID{Run: r.ID})
	same(s.T, "steps", err, []pipeline.StepRun{step}, gotSteps)
	gotOccasion, err := s.Occasion(ctx, "storefront", "clean-up", "dev", occasion.Key)
	same(s.T, "occasion", err, occasion, gotOccasion)
}

func TestARunbookComesBackAsItWasWritten(t *testing.T) { runbookComesBack(newStack(t)) }

func TestARunbookThatNeverRanHasNothing(t *testing.T) {
	state, err := newStack(t).Runbook(t.Context(), "storefront", "clean-up")
	same(t, "runbook", err, pipeline.RunbookState{Project: "storefront", Runbook: "clean-up"}, state)
	if next := state.NextRun(); next != runID("clean-up", 1) {
		t.Errorf("its first run is %s", next)
	}
}

// runsComeInOrder holds the pages of one runbook's runs, beside runbooks whose names
// begin alike.
func runsComeInOrder(s *stack) {
	for n := 1; n <= 11; n++ {
		s.keep(run("clean-up", n, pipeline.StatusRunning), run("clean", n, pipeline.StatusRunning), run("clean-up-2", n, pipeline.StatusRunning))
	}
	s.write(storefront, pipeline.Change{By: "x", Runbooks: []pipeline.RunbookState{{Project: "storefront", Runbook: "clean-up", Runs: 11}},
		Steps: []pipeline.StepRun{{Execution: pipeline.ExecutionID{Run: runID("clean-up", 11)}, Step: "old-files"}}})
	var pages []string
	for below := 0; below != 1; {
		page, err := s.Runs(s.Context(), "storefront", "clean-up", below, 4)
		s.must(err)
		if len(page) == 0 {
			s.Fatalf("after %q there are no more", pages)
		}
		pages, below = append(pages, numbers(page)), page[len(page)-1].ID.Number
	}
	if want := []string{"11 10 9 8", "7 6 5 4", "3 2 1"}; !slices.Equal(pages, want) {
		s.Errorf("the pages are %q, want %q", pages, want)
	}
	if oldest, err := s.OldestRuns(s.Context(), "storefront", "clean-up", 3); err != nil || numbers(oldest) != "1 2 3" || oldest[0].ID.Runbook != "clean-up" {
		s.Errorf("the oldest are %s, %v", numbers(oldest), err)
	}
	for _, other := range [][2]string{{"storefront", "clean-u"}, {"store", "clean-up"}} {
		if page, err := s.Runs(s.Context(), other[0], other[1], 0, 4); err != nil || len(page) > 0 {
			s.Errorf("%s of %s has the runs %s, %v", other[1], other[0], numbers(page), err)
		}
	}
}

func TestRunsComeNewestFirstPageByPage(t *testing.T) {
	s := newStack(t)
	runsComeInOrder(s)
	if page, err := s.Runs(t.Context(), "storefront", "clean-up", 1, 4); err != nil || len(page) > 0 {
		t.Errorf("below the first there are %s, %v", numbers(page), err)
	}
}

func TestARunThatHasEndedIsNeverOverwritten(t *testing.T) {
	for _, status := range []pipeline.Status{pipeline.StatusSucceeded, pipeline.StatusFailed, pipeline.StatusCancelled} {
		synctest.Test(t, func(t *testing.T) {
			s := newStack(t)
			for _, next := range []pipeline.Status{pipeline.StatusQueued, pipeline.StatusRunning, status} {
				s.keep(run("clean-up", 1, next))
			}
			s.wantError(string(status), s.stale(pipeline.Change{Runs: []pipeline.Run{run("clean-up", 1, pipeline.StatusRunning)}}), pipeline.ErrConflict)
			if found, err := s.Table.Run(t.Context(), runID("clean-up", 1)); err != nil || found.Status != status {
				t.Errorf("it was %s and is %s, %v", status, found.Status, err)
			}
		})
	}
}

func TestAnOccasionIsWrittenOnce(t *testing.T) {
	o := pipeline.Occasion{Project: "storefront", Runbook: "clean-up", Environment: "dev", Key: "slot 2026-11-22T12:00:00Z", Run: runID("clean-up", 1)}
	again := o
	again.Run = runID("clean-up", 2)
	synctest.Test(t, func(t *testing.T) {
		s := newStack(t)
		s.write(storefront, pipeline.Change{By: "x", Occasions: []pipeline.Occasion{o}})
		s.wantError("again", s.stale(pipeline.Change{Occasions: []pipeline.Occasion{again}, Runs: []pipeline.Run{run("clean-up", 2, pipeline.StatusRunning)}}), pipeline.ErrConflict)
		found, err := s.Occasion(t.Context(), "storefront", "clean-up", "dev", o.Key)
		same(t, "occasion", err, o, found)
		_, err = s.Table.Run(t.Context(), runID("clean-up", 2))
		s.wantError("the run of the second", err, pipeline.ErrNotFound)
		again.Environment = "production" // the same slot in another environment is another occasion
		s.write(storefront, pipeline.Change{By: "x", Occasions: []pipeline.Occasion{again}})
	})
}

// aForgottenRunIsGone holds that a run goes with its steps, and nothing else does.
func aForgottenRunIsGone(s *stack) {
	var steps []pipeline.StepRun
	for _, n := range []int{1, 10} {
		s.keep(run("clean-up", n, pipeline.StatusSucceeded))
		for _, name := range []string{"old-files", "old-images"} {
			steps = append(steps, pipeline.StepRun{Execution: pipeline.ExecutionID{Run: runID("clean-up", n)}, Step: name})
		}
	}
	s.write(storefront, pipeline.Change{By: "x", Steps: steps})
	forgotten := pipeline.ForgottenRun{Run: runID("clean-up", 1), Steps: []string{"old-files", "old-images"}}
	for range 2 { // to forget again changes nothing
		s.write(storefront, pipeline.Change{By: "slipway", Forgotten: []pipeline.ForgottenRun{forgotten}})
	}
	_, err := s.Table.Run(s.Context(), runID("clean-up", 1))
	s.wantError("the run", err, pipeline.ErrNotFound)
	for n, want := range map[int]int{1: 0, 10: 2} {
		if found, err := s.Steps(s.Context(), pipeline.ExecutionID{Run: runID("clean-up", n)}); err != nil || len(found) != want {
			s.Errorf("run %d has %d steps, %v; want %d", n, len(found), err, want)
		}
	}
	if _, err := s.Table.Run(s.Context(), runID("clean-up", 10)); err != nil {
		s.Errorf("another run: %v", err)
	}
}

func TestAForgottenRunIsGoneWithItsSteps(t *testing.T) { aForgottenRunIsGone(newStack(t)) }

func TestAnExecutionIsADeploymentOrARun(t *testing.T) {
	s := newStack(t)
	d, r := s.request(1, "dev", 1), run("clean-up", 1, pipeline.StatusRunning)
	s.keep(r)
	for _, want := range []pipeline.Execution{d.Execution(), r.Execution()} {
		got, err := s.Execution(t.Context(), want.ID)
		same(t, want.ID.String(), err, want, got)
	}
	for _, id := range []pipeline.ExecutionID{{Deployment: pipeline.DeploymentID{Project: "storefront", Release: 2, Environment: "dev", Attempt: 1}}, {Run: runID("clean-up", 2)}} {
		_, err := s.Execution(t.Context(), id)
		s.wantError(id.String(), err, pipeline.ErrNotFound)
	}
}

// TestAStepOfAnOlderVersionIsOfTheExecutionThatItLiesUnder has an item that names its
// deployment as older versions did.
func TestAStepOfAnOlderVersionIsOfTheExecutionThatItLiesUnder(t *testing.T) {
	s := newStack(t)
	d := s.request(1, "dev", 1)
	id := pipeline.ExecutionID{Deployment: d.ID}
	old := map[string]types.AttributeValue{"attempt": &types.AttributeValueMemberN{Value: "1"}}
	for name, value := range map[string]string{"pk": "PROJECT#storefront", "sk": "STEP#000000001#dev#0001#site", "deployment": d.ID.String(),
		"step": "site", "kind": "s3-site", "status": "running", "token": "t", "startedAt": noon.Format(time.RFC3339)} {
		old[name] = &types.AttributeValueMemberS{Value: value}
	}
	_, err := s.client.PutItem(s.Context(), &dynamodb.PutItemInput{TableName: aws.String("slipway"), Item: old})
	s.must(err)
	step, err := s.Step(s.Context(), id, "site")
	s.must(err)
	step.Status = pipeline.StatusSucceeded
	s.write(storefront, pipeline.Change{By: pipeline.System, Steps: []pipeline.StepRun{step}})
	steps, err := s.Steps(s.Context(), id)
	if err != nil || len(steps) != 1 || steps[0].Status != pipeline.StatusSucceeded || steps[0].Execution != id {
		t.Errorf("once it is written, the deployment's steps are %+v, %v", steps, err)
	}
}
