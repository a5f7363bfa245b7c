package pipeline_test

import (
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

func TestTheStepsOfADeploymentTellOfTheDeployment(t *testing.T) {
	x := deployment(1, "dev", pipeline.StatusRunning).Execution()
	want := events.Subject{Deployment: "storefront_1_dev_1", Project: "storefront", Release: "1.1.0", Environment: "dev"}
	if x.Subject != want || x.Subject.ID() != x.ID.String() || x.ID.IsRun() {
		t.Errorf("they tell of %+v, by the id %s", x.Subject, x.ID)
	}
}

func TestCancellingADeploymentIsNotedOnceAndKeepsItsStepsFromStarting(t *testing.T) {
	d := deployment(1, "dev", pipeline.StatusRunning)
	first, again := pipeline.Cancellation{By: "manager1", At: at(1), Cause: "enough"}, pipeline.Cancellation{By: "manager2", At: at(2), Cause: "quite"}
	event, err := d.Cancel(first)
	if want := (events.DeploymentCancelling{Deployment: d.Subject(), Cause: "enough"}); err != nil || event != want {
		t.Errorf("it causes %+v, %v", event, err)
	}
	if event, err := d.Cancel(again); err != nil || event != nil || *d.Cancelling != first || d.Status != pipeline.StatusRunning {
		t.Errorf("again: %+v, %v; it is %s and cancelled with %+v", event, err, d.Status, d.Cancelling)
	}
	_, _, err = d.Execution().StartStep("smoke", "script", 1, "token", at(3))
	wantError(t, "a step after that", err, pipeline.ErrCancelling)
	for _, status := range statuses() {
		if ended := deployment(1, "dev", status); status.Terminal() {
			_, err := ended.Cancel(first)
			wantError(t, string(status), err, pipeline.ErrEnded)
		}
	}
}

func TestWhatIsBeingCancelledEndsCancelledUnlessItHasSucceeded(t *testing.T) {
	succeeded, failed := pipeline.Outcome{Status: pipeline.StatusSucceeded}, pipeline.Outcome{Status: pipeline.StatusFailed, Error: "StepFailed", Cause: "exit status 1"}
	stopped := pipeline.Outcome{Status: pipeline.StatusCancelled, Cause: "stopped"}
	wish, none := &pipeline.Cancellation{By: "manager1", Cause: "enough"}, (*pipeline.Cancellation)(nil)
	for _, c := range []struct {
		wish      *pipeline.Cancellation
		was, want pipeline.Outcome
	}{
		{none, succeeded, succeeded},
		{none, failed, failed},
		{none, stopped, stopped},
		{wish, succeeded, succeeded},
		{wish, failed, pipeline.Outcome{Status: pipeline.StatusCancelled, Cause: "enough"}},
		{wish, stopped, pipeline.Outcome{Status: pipeline.StatusCancelled, Cause: "enough"}},
	} {
		if got := c.wish.Outcome(c.was); got != c.want {
			t.Errorf("with %+v, %+v is %+v; want %+v", c.wish, c.was, got, c.want)
		}
	}
}
