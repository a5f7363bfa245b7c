package step

import (
	"context"
	"fmt"
	"time"
)

// overdue tells whether the time of the attempt is over, counted from when the service
// began its work; until then, it asks for a check at that moment. Asking again changes nothing.
func overdue(ctx context.Context, d Dependencies, w Work, kind, name string, started time.Time) (bool, error) {
	end := started.Add(w.Timeout)
	if !d.Now().Before(end) {
		return true, nil
	}
	if err := d.Timers.Set(ctx, kind, name, end); err != nil {
		return false, fmt.Errorf("set timer of step %s of %s: %w", w.Step, w.Execution, err)
	}
	return false, nil
}

// ended clears the timer of a work that has ended.
func ended(ctx context.Context, d Dependencies, w Work, kind, name string) error {
	if err := d.Timers.Clear(ctx, kind, name); err != nil {
		return fmt.Errorf("clear timer of step %s of %s: %w", w.Step, w.Execution, err)
	}
	return nil
}
