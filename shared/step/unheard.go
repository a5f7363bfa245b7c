package step

import (
	"context"
	"fmt"
	"time"
)

// How long a service may not know what it has answered to have made, as answers of AWS
// are eventually consistent, and how soon it is asked again.
const (
	unheardGrace = time.Minute
	unheardPause = 10 * time.Second
)

// The names of the journal's entries of when something was first missed.
const (
	unheardWorkEntry  = "unheard-work"
	unheardPointEntry = "unheard-point" // the recovery point of a backup job
)

// unheard tells whether what a service has not found may still become known to it. The
// first call that misses it writes that down, in the attempt's journal under that name.
func unheard(ctx context.Context, d Dependencies, w Work, entry string) (bool, error) {
	since, err := enter(ctx, journalOf(d, w), entry, d.Now().UTC())
	return err == nil && d.Now().Before(since.Add(unheardGrace)), err
}

// unheardWork tells whether a work that its service has not found may still become known,
// and then asks for another check of it.
func unheardWork(ctx context.Context, d Dependencies, w Work, kind, name string) (bool, error) {
	soon, err := unheard(ctx, d, w, unheardWorkEntry)
	if err != nil || !soon {
		return false, err
	}
	fmt.Fprintf(w.Log, "%s is not known yet\n", name)
	if err := d.Timers.Set(ctx, kind, name, d.Now().Add(unheardPause)); err != nil {
		return false, fmt.Errorf("set timer of step %s of %s: %w", w.Step, w.Execution, err)
	}
	return true, nil
}
