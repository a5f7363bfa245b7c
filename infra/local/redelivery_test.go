package local_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"slipway/infra/local"
)

// latest is how late an event may come in these tests.
const latest = 2 * time.Hour

// unreliable delivers each event one to three times, each time after up to
// [latest], as seed says.
func unreliable(seed uint64) *local.Rehearsal {
	random := rand.New(rand.NewPCG(seed, 1))
	return &local.Rehearsal{Deliver: func(string, []byte) []time.Duration {
		delays := make([]time.Duration, 1+random.IntN(3))
		for i := range delays {
			delays[i] = time.Duration(random.Int64N(int64(latest)))
		}
		return delays
	}}
}

// TestRepeatedLateAndReorderedEventsEndAlike is about EventBridge, which delivers
// at least once and in any order.
func TestRepeatedLateAndReorderedEventsEndAlike(t *testing.T) {
	undisturbed := newWorld(t, 1, nil)
	undisturbed.travel(threePhases("shop"))
	undisturbed.check()
	want := undisturbed.picture()
	const seeds = 60
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1, unreliable(seed))
			w.travel(threePhases("shop"))
			w.run(2 * 24 * time.Hour)
			w.check()
			if diff := difference(w.picture(), want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCrashesAmongLateEventsEndAlike has both kinds of faults at once.
func TestCrashesAmongLateEventsEndAlike(t *testing.T) {
	want := new(crash).under(t, journey(threePhases("shop")), nil)
	const seeds = 20
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			if diff := difference(randomCrashes(seed).under(t, journey(threePhases("shop")), unreliable(seed).Deliver), want); diff != "" {
				t.Error(diff)
			}
		})
	}
}
