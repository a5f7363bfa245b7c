package clock

import (
	"container/heap"
	"sync"
	"time"
)

// Virtual is a clock that moves only when its owner runs it. Due work runs one
// item at a time in the owner's goroutine, ordered by due time and then by the
// order in which it was scheduled, so the same schedule gives the same history.
type Virtual struct {
	mu   sync.Mutex
	now  time.Time
	seq  uint64
	work agenda
}

// NewVirtual returns a clock that stands at start.
func NewVirtual(start time.Time) *Virtual { return &Virtual{now: start.UTC()} }

// Now returns the virtual time.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// At implements [Clock]; f runs inside a later call of Run or RunUntil.
func (v *Virtual) At(t time.Time, f func()) (cancel func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seq++
	item := &entry{at: t.UTC(), seq: v.seq, run: f}
	if item.at.Before(v.now) {
		item.at = v.now
	}
	heap.Push(&v.work, item)
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		item.run = nil
	}
}

// Run runs work until none is left, moving the time forward to each item as it
// comes due. Work that always schedules more work never ends; use RunUntil there.
func (v *Virtual) Run() {
	for v.step(time.Time{}) {
	}
}

// RunUntil runs all work due up to and including t and leaves the clock at t.
func (v *Virtual) RunUntil(t time.Time) {
	for v.step(t) {
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.now.Before(t) {
		v.now = t.UTC()
	}
}

// step runs the next item that is due by limit (any, if limit is zero) and tells whether there was one.
func (v *Virtual) step(limit time.Time) bool {
	run := v.next(limit)
	if run == nil {
		return false
	}
	run()
	return true
}

func (v *Virtual) next(limit time.Time) func() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for len(v.work) > 0 {
		if first := v.work[0]; first.run != nil && !limit.IsZero() && first.at.After(limit) {
			return nil
		}
		item := heap.Pop(&v.work).(*entry)
		if item.run == nil {
			continue
		}
		if item.at.After(v.now) {
			v.now = item.at
		}
		run := item.run
		item.run = nil
		return run
	}
	return nil
}

// An entry is one item of work; a cancelled one has no run function.
type entry struct {
	at  time.Time
	seq uint64
	run func()
}

// agenda is a heap of entries, the next one due first.
type agenda []*entry

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].seq < a[j].seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(*entry)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	item := (*a)[last]
	*a = (*a)[:last]
	return item
}
