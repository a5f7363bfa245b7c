package main

import (
	"context"
	"fmt"
	"io"

	"slipway/cmd/slipway/client"
	"slipway/shared/pipeline"
)

// An executionReader reads deployments and runs.
type executionReader interface {
	Execution(ctx context.Context, id pipeline.ExecutionID) (client.Execution, error)
}

// waitFor returns when the run id has ended: nil only if it has succeeded. Meanwhile it
// tells which of its steps ask for approval.
func waitFor(ctx context.Context, c executionReader, out io.Writer, id pipeline.ExecutionID) error {
	asked := map[string]bool{}
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		x, err := c.Execution(ctx, id)
		if err != nil {
			return err
		}
		if err := tellAsking(out, id, x, asked); err != nil {
			return err
		}
		switch status := pipeline.Status(x.Status); {
		case status == pipeline.StatusSucceeded:
			_, err := fmt.Fprintf(out, "%s %s\n", id, status)
			return err
		case status.Terminal():
			return fmt.Errorf("run %s %s: %s", id, status, x.Reason)
		}
		if err := client.Wait(ctx, pause); err != nil {
			return fmt.Errorf("wait for run %s, which goes on: %w", id, err)
		}
	}
}

// tellAsking prints what asks for approval in x and was not told yet.
func tellAsking(out io.Writer, id pipeline.ExecutionID, x client.Execution, told map[string]bool) error {
	for _, s := range x.Steps {
		name := fmt.Sprintf("%s/%d", s.Step, s.Attempt)
		if !asks(s) || told[name] {
			continue
		}
		told[name] = true
		if _, err := fmt.Fprintf(out, "step %s %s: slipway approve %s\n", s.Step, outcome(s), id); err != nil {
			return err
		}
	}
	return nil
}
