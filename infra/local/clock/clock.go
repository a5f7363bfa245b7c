// Package clock is the one source of time for the local engines: wall time in
// `slipway local`, virtual time in tests and rehearsals.
package clock

import "time"

// A Clock tells the time and runs work when it is due. Engines start all
// background work through it and never with a go statement, a timer or a sleep,
// so that whoever owns the clock owns the order of events.
type Clock interface {
	// Now returns the current time in UTC.
	Now() time.Time
	// At runs f once at t, or as soon as possible when t has passed. It never runs
	// f before it has returned. The returned function cancels f if it has not
	// started; calling it again, or later, has no effect.
	At(t time.Time, f func()) (cancel func())
}

// Go runs f as soon as possible on c, after the caller has gone on.
func Go(c Clock, f func()) { c.At(c.Now(), f) }

// After runs f once d has passed on c; see [Clock.At].
func After(c Clock, d time.Duration, f func()) (cancel func()) { return c.At(c.Now().Add(d), f) }
