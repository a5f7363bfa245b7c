package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"slipway/events"
	"slipway/functions/api"
)

// The runbooks of slipway.yaml, and the alarm that starts the last of them.
const (
	cleanUp  = "nightly-clean-up"
	drill    = "restore-drill"
	incident = "incident"
	alarm    = "storefront-errors"
)

// cleanUp runs the clean-up by hand.
func (s stage) cleanUp(ctx context.Context) error {
	s.say("operator1 cleans up without waiting for the night; three of the five previews stay.")
	run, err := s.start(ctx, cleanUp, api.RunRequest{Environment: "production"})
	if err != nil {
		return err
	}
	return s.awaitRun(ctx, run, "look", "remove")
}

// drill runs the restore drill by hand, with an older release than staging has.
func (s stage) drill(ctx context.Context) error {
	s.say("operator1 drills: can 1.0.0 still be deployed from its packages?")
	run, err := s.start(ctx, drill, api.RunRequest{Environment: "staging", Values: map[string]string{"VERSION": "1.0.0"}})
	if err != nil {
		return err
	}
	return s.awaitRun(ctx, run, "restore", "prove")
}

// incident raises the alarm, has the rollback approved that it leads to, and tells the
// story from the audit log.
func (s stage) incident(ctx context.Context) error {
	s.say("Something is wrong with 1.1.0: the alarm %s goes off, and starts the runbook %s.", alarm, incident)
	if err := s.raiseAlarm(ctx); err != nil {
		return err
	}
	requested, err := await(ctx, s.watch, func(e events.RunbookRequested) bool { return e.Runbook == incident })
	if err != nil {
		return err
	}
	if err := s.approveNext(ctx, "1.0.0"); err != nil {
		return err
	}
	if err := s.awaitRun(ctx, requested.Run.Run, "take-back", "check"); err != nil {
		return err
	}
	if err := s.serves(ctx, "production", "1.0.0"); err != nil {
		return err
	}
	s.say("Production has 1.0.0 again. What slipway audit tells of it, record by record:")
	return s.tell(ctx, requested.Run.Run)
}

// start asks for a run of a runbook, and returns its id.
func (s stage) start(ctx context.Context, runbook string, r api.RunRequest) (id string, err error) {
	r.Token = runbook // each is asked for once
	run, err := s.operator.RequestRun(ctx, project, runbook, r)
	if err != nil {
		return "", fmt.Errorf("run %s: %w", runbook, err)
	}
	return run.ID, nil
}

// awaitRun waits until a run of these steps has succeeded, and tells their outputs.
func (s stage) awaitRun(ctx context.Context, id string, steps ...string) error {
	outputs := ""
	for _, step := range steps {
		finished, err := await(ctx, s.watch, func(e events.StepFinished) bool { return e.Run == id && e.Step == step })
		if err != nil {
			return err
		}
		outputs += "  " + step + ":"
		for _, name := range slices.Sorted(maps.Keys(finished.Outputs)) {
			outputs += fmt.Sprintf(" %s=%s", name, finished.Outputs[name])
		}
		outputs += "\n"
	}
	_, err := await(ctx, s.watch, func(e events.RunbookFinished) bool { return e.Run.Run == id })
	fmt.Fprint(s.out, outputs)
	return err
}
