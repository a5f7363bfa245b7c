package scheduler_test

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/scheduler"
	"slipway/infra/local/store"
)

// A tally counts invocations by their payload.
type tally struct {
	mu   sync.Mutex
	seen map[string]int
}

// Deliver implements [scheduler.Target].
func (c *tally) Deliver(tx store.Tx, payload []byte) error {
	tx.OnCommit(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen[string(payload)]++
	})
	return nil
}

func TestOnTheWallClockEachSlotRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wall, got := clock.NewWall(), &tally{seen: map[string]int{}}
		e := scheduler.New(scheduler.Config{Store: store.NewMemory(), Clock: wall, NewID: rand.Text,
			Target: func(string) (scheduler.Target, error) { return got, nil }})
		const schedules, minutes = 20, 10
		var created sync.WaitGroup
		for i := range schedules {
			created.Go(func() {
				s := spec(fmt.Sprintf("s%d", i), "rate(1 minute)")
				s.EndDate = pointer(wall.Now().Add(minutes*time.Minute - time.Second))
				if err := e.CreateSchedule(s); err != nil {
					t.Error(err)
				}
				if err := e.Resume(); err != nil { // once would do
					t.Error(err)
				}
			})
		}
		created.Wait()
		<-time.After(2 * minutes * time.Minute)
		wall.Stop()
		if len(got.seen) != schedules*minutes {
			t.Errorf("%d slots ran, want %d", len(got.seen), schedules*minutes)
		}
		for payload, n := range got.seen {
			if n != 1 {
				t.Errorf("%s ran %d times", payload, n)
			}
		}
	})
}
