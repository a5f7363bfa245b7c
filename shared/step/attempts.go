package step

import (
	"context"
	"fmt"
)

// Attempts tells which attempts still go on.
type Attempts interface {
	// Over tells whether nobody waits for the attempt any more: its deployment or its run
	// has ended, as when its state machine was stopped by hand, or another attempt at the
	// step has followed.
	Over(ctx context.Context, a Attempt) (bool, error)
}

// over tells whether nobody waits for the attempt w any more. A timer or an event may
// have it checked even so, and then it must not begin its next part: what it works on may
// be another deployment's by now.
func over(ctx context.Context, d Dependencies, w Work) (bool, error) {
	if d.Attempts == nil {
		return false, nil
	}
	is, err := d.Attempts.Over(ctx, Attempt{w.Execution, w.Step, w.Attempt})
	if err != nil {
		return false, fmt.Errorf("look whether attempt %d at step %s of %s goes on: %w", w.Attempt, w.Step, w.Execution, err)
	}
	if is {
		fmt.Fprintln(w.Log, "nobody waits for this attempt any more: it begins nothing further")
	}
	return is, nil
}
