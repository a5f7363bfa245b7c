package pipeline_test

import (
	"errors"
	"testing"
	"time"

	"slipway/events"
	"slipway/shared/pipeline"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// at returns noon and some minutes.
func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// release returns release number n of the project storefront.
func release(n int) pipeline.Release {
	return pipeline.Release{Project: "storefront", Number: n, Channel: "stable",
		Version: pipeline.MustVersion("1." + string(rune('0'+n)) + ".0")}
}

// deployment returns the first attempt to put release n into environment, with status.
func deployment(n int, environment string, status pipeline.Status) pipeline.Deployment {
	d, _ := pipeline.NewDeployment(release(n), environment, 1, pipeline.Requester{By: pipeline.System}, noon)
	d.Status = status
	return d
}

// statuses returns every status, the terminal ones last.
func statuses() []pipeline.Status {
	return []pipeline.Status{pipeline.StatusRequested, pipeline.StatusAwaitingApproval, pipeline.StatusQueued, pipeline.StatusRunning,
		pipeline.StatusSucceeded, pipeline.StatusFailed, pipeline.StatusCancelled, pipeline.StatusRejected, pipeline.StatusSuperseded}
}

// types returns the types of events.
func types(happened []events.Event) []string {
	var all []string
	for _, e := range happened {
		all = append(all, e.Type())
	}
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v, want %v", what, got, want)
	}
}
