package clock_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"slipway/infra/local/clock"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestVirtualWorkRunsByTimeAndThenInTheOrderOfItsScheduling(t *testing.T) {
	v := clock.NewVirtual(start)
	var ran []string
	note := func(name string) func() {
		return func() { ran = append(ran, name+v.Now().Sub(start).String()) }
	}
	clock.After(v, 2*time.Second, note("b"))
	clock.After(v, time.Second, func() { note("a")(); clock.Go(v, note("a'")) })
	clock.After(v, 2*time.Second, note("c"))
	v.At(start.Add(-time.Hour), note("past"))
	cancel := clock.After(v, time.Second, note("cancelled"))
	cancel()
	cancel()
	if len(ran) != 0 {
		t.Errorf("%v ran before the owner ran the clock", ran)
	}
	v.Run()
	if want := []string{"past0s", "a1s", "a'1s", "b2s", "c2s"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
}

func TestRunUntilStopsAtTheGivenTime(t *testing.T) {
	v := clock.NewVirtual(start)
	ran := 0
	var again func()
	again = func() { ran++; clock.After(v, time.Minute, again) }
	clock.Go(v, again)
	v.RunUntil(start.Add(time.Hour))
	if ran != 61 || !v.Now().Equal(start.Add(time.Hour)) {
		t.Errorf("ran %d times, clock at %s", ran, v.Now())
	}
	v.RunUntil(start) // time doesn't go back
	if !v.Now().Equal(start.Add(time.Hour)) {
		t.Errorf("clock at %s", v.Now())
	}
}

func TestWallWorkRunsWhenItIsDueAndNotOnceStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := clock.NewWall()
		begin := w.Now()
		due := make(chan time.Duration, 3)
		clock.After(w, time.Hour, func() { due <- w.Now().Sub(begin) })
		clock.After(w, time.Minute, func() { due <- w.Now().Sub(begin) })
		clock.After(w, time.Second, func() { t.Error("cancelled work ran") })()
		if first, second := <-due, <-due; first != time.Minute || second != time.Hour {
			t.Errorf("ran after %s and %s", first, second)
		}
		clock.After(w, time.Minute, func() { t.Error("work ran on a stopped clock") })
		w.Stop()
		clock.Go(w, func() { t.Error("work was taken by a stopped clock") })
		synctest.Wait()
	})
}
