package clock

import (
	"sync"
	"time"
)

// Wall is the machine's own clock; work that is due runs in a goroutine each.
type Wall struct {
	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

// NewWall returns a running wall clock.
func NewWall() *Wall { return &Wall{} }

// Now returns the machine's time in UTC.
func (w *Wall) Now() time.Time { return time.Now().UTC() }

// At implements [Clock]; once w is stopped, f never runs.
func (w *Wall) At(t time.Time, f func()) (cancel func()) {
	timer := time.AfterFunc(max(0, time.Until(t)), func() {
		if !w.begin() {
			return
		}
		defer w.running.Done()
		f()
	})
	return func() { timer.Stop() }
}

func (w *Wall) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.running.Add(1)
	}
	return !w.stopped
}

// Stop starts no further work and returns when all work that had started has ended.
func (w *Wall) Stop() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	w.running.Wait()
}
