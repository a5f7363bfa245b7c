package pipeline_test

import (
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

func TestStepsStartOnlyWhileTheirDeploymentRuns(t *testing.T) {
	for _, status := range statuses() {
		want := pipeline.ErrRefused
		switch {
		case status == pipeline.StatusRunning:
			want = nil
		case status.Terminal():
			want = pipeline.ErrEnded
		}
		_, _, err := deployment(1, "dev", status).Execution().StartStep("smoke", "script", 1, "token", noon)
		wantError(t, string(status), err, want)
	}
}

func TestAStepEndsOnceAsItsResultSays(t *testing.T) {
	d := deployment(1, "dev", pipeline.StatusRunning).Execution()
	for _, c := range []struct {
		result pipeline.StepResult
		status pipeline.Status
	}{
		{pipeline.StepResult{Outputs: map[string]string{"url": "https://example.com"}}, pipeline.StatusSucceeded},
		{pipeline.StepResult{Error: "ScriptFailed", Cause: "exit status 1"}, pipeline.StatusFailed},
		{pipeline.StepResult{Error: "NoSuchPackage", Permanent: true}, pipeline.StatusFailed},
	} {
		run, event, err := d.StartStep("smoke", "script", 2, "token", noon)
		must(t, err)
		if want := (events.StepStarted{Subject: d.Subject, Step: "smoke", Kind: "script", Attempt: 2}); event != want {
			t.Errorf("started with %+v", event)
		}
		event, err = run.Finish(d, c.result, at(3))
		must(t, err)
		finished := event.(events.StepFinished)
		if run.Status != c.status || !run.FinishedAt.Equal(at(3)) || run.Permanent != c.result.Permanent ||
			finished.Status != string(c.status) || finished.Error != c.result.Error || finished.Outputs["url"] != c.result.Outputs["url"] || finished.Attempt != 2 {
			t.Errorf("%+v: %+v with %+v", c.result, run, finished)
		}
		_, err = run.Finish(d, pipeline.StepResult{}, at(4))
		wantError(t, "finish again", err, pipeline.ErrEnded)
		if run.Status != c.status {
			t.Errorf("to finish again changed %s to %s", c.status, run.Status)
		}
	}
}
