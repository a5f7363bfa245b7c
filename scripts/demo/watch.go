package main

import (
	"context"
	"encoding/json"
	"fmt"

	"slipway/events"
	"slipway/infra/local/eventbridge"
	"slipway/shared/pipeline"
)

// A watch shows events and lets the demonstration wait for them.
type watch struct {
	show func(bus string, e eventbridge.Event)
	seen chan eventbridge.Event
}

// pending is how many events may happen while nobody waits for one.
const pending = 1024

func newWatch(show func(bus string, e eventbridge.Event)) *watch {
	return &watch{show, make(chan eventbridge.Event, pending)}
}

func (w *watch) observe(bus string, e eventbridge.Event) {
	w.show(bus, e)
	if e.Source != events.Source {
		return
	}
	select {
	case w.seen <- e:
	default: // the demonstration is over and nobody waits any more
	}
}

// awaitApproval waits until a deployment of release asks for approval. An event
// that makes this impossible is an error, as for all that wait.
func (w *watch) awaitApproval(ctx context.Context, release string) (events.DeploymentAwaitingApproval, error) {
	return await(ctx, w, func(e events.DeploymentAwaitingApproval) bool { return e.Release == release })
}

// await waits for an event of type E that is wanted.
func await[E events.Event](ctx context.Context, w *watch, wanted func(E) bool) (e E, err error) {
	for {
		select {
		case <-ctx.Done():
			return e, fmt.Errorf("wait for %s: %w", e.Type(), ctx.Err())
		case seen := <-w.seen:
			if hopeless(seen) {
				return e, fmt.Errorf("%s: %s", seen.DetailType, seen.Detail)
			}
			if seen.DetailType != e.Type() {
				continue
			}
			var found E
			if err := json.Unmarshal(seen.Detail, &found); err != nil {
				return e, fmt.Errorf("decode %s: %w", seen.DetailType, err)
			}
			if wanted(found) {
				return found, nil
			}
		}
	}
}

// hopeless tells whether the demonstration can't go on after e.
func hopeless(e eventbridge.Event) bool {
	switch e.DetailType {
	case events.DeploymentFailed{}.Type(), events.PackageRejected{}.Type(), events.ProjectRejected{}.Type(), events.RunbookSkipped{}.Type():
		return true
	case events.RunbookFinished{}.Type():
		var finished events.RunbookFinished
		return json.Unmarshal(e.Detail, &finished) != nil || finished.Status != string(pipeline.StatusSucceeded)
	}
	return false
}
