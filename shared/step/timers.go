package step

import (
	"context"
	"time"
)

// Timers lets kinds be checked at a given time.
type Timers interface {
	// Set asks for a check of the kind's work with that name at t, or at once when t
	// has passed. Times that were set before for the same work stay: a check too many does
	// no harm.
	Set(ctx context.Context, kind, work string, t time.Time) error
	// Clear takes back what Set asked for; nil when nothing is set.
	Clear(ctx context.Context, kind, work string) error
}

// TimerDue is the detail-type of the event, of Slipway's own source, by which a timer
// asks for a check; its detail is a [TimerDetail].
const TimerDue = "Timer Due"

// A TimerDetail names the work to be checked.
type TimerDetail struct {
	Kind string `json:"kind"`
	Work string `json:"work"`
}
