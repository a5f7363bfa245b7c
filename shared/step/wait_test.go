package step_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/shared/step"
)

const waiting = "storefront_1_production_1"

func TestAWaitIsOverWhenItsTimerComes(t *testing.T) {
	p := newPlace(t)
	if outcome, failure := p.start("wait", attempt(waiting, `{"for":"10m"}`)); failure != nil || outcome.Done {
		t.Fatalf("it starts as %+v, %v", outcome, failure)
	}
	if got := p.due("wait", waiting+"/check/1"); !slices.Equal(got, []string{waiting + "/check/1 done"}) {
		t.Errorf("the timer leads to %q", got)
	}
	if want := time.Date(2026, 3, 1, 12, 10, 0, 0, time.UTC); !p.now.Equal(want) {
		t.Errorf("it ended at %s, want %s", p.now, want)
	}
	log := p.read("work", step.LogKey(waiting, "check", 1))
	if log != "waiting until 2026-03-01T12:10:00Z\nit is 2026-03-01T12:10:00Z: the wait is over\n" {
		t.Errorf("the log says %q", log)
	}
}

func TestAWaitThatIsStartedAgainDoesNotBeginAnew(t *testing.T) {
	p := newPlace(t)
	p.start("wait", attempt(waiting, `{"for":"10m"}`))
	p.now = p.now.Add(7 * time.Minute)
	p.start("wait", attempt(waiting, `{"for":"10m"}`))
	if got, want := p.timers["wait "+waiting+"/check/1"], time.Date(2026, 3, 1, 12, 10, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("it waits until %s, want %s", got, want)
	}
	p.now = p.now.Add(3 * time.Minute)
	outcome, failure := p.start("wait", attempt(waiting, `{"for":"10m"}`))
	if failure != nil || !outcome.Done || outcome.Outputs["until"] != "2026-03-01T12:10:00Z" {
		t.Errorf("started after its time it comes to %+v, %v", outcome, failure)
	}
}

func TestATimerThatComesEarlyIsSetAgain(t *testing.T) {
	p := newPlace(t)
	p.start("wait", attempt(waiting, `{"for":"10m"}`))
	name := waiting + "/check/1"
	p.timers["wait "+name] = p.now.Add(time.Minute)
	if got := p.due("wait", name); len(got) != 0 {
		t.Errorf("it reports %q", got)
	}
	if got := p.due("wait", name); len(got) != 1 {
		t.Errorf("in time it reports %q", got)
	}
}

func TestACancelledWaitEndsAtOnce(t *testing.T) {
	p := newPlace(t)
	p.start("wait", attempt(waiting, `{"for":"10m"}`))
	p.now = p.now.Add(time.Minute)
	for range 2 {
		if err := p.runner.Cancel(t.Context(), step.Attempt{Execution: waiting, Step: "check", Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}
	got := p.due("wait", waiting+"/check/1")
	if len(got) != 1 || !strings.Contains(got[0], "Cancelled: the step was cancelled at 2026-03-01T12:01:00Z") {
		t.Errorf("it reports %q", got)
	}
	if _, failure := p.start("wait", attempt(waiting, `{"for":"10m"}`)); failure == nil || failure.Name != "Cancelled" {
		t.Errorf("started again it comes to %v", failure)
	}
}

func TestWhatCanNotBeWaitedForIsRefused(t *testing.T) {
	for with, want := range map[string]string{
		`{"for":"2h"}`:                          "timeout: 1h0m0s is over before the 2h0m0s",
		`{"until":"2026-03-01T14:00:00Z"}`:      "timeout: 1h0m0s is over before the 2h0m0s",
		`{"until":"2026-04-01T14:00:00Z"}`:      "wait for at most 7d",
		`{"until":"tomorrow"}`:                  `"tomorrow" is not a time`,
		`{"for":"1m","until":"2026-03-01"}`:     "not both",
		`{"until":"2026-03-01T12:10:00+01:00"}`: "",
	} {
		outcome, failure := newPlace(t).start("wait", attempt(waiting, with))
		switch {
		case want == "" && (failure != nil || !outcome.Done):
			t.Errorf("%s, which is past, comes to %+v, %v", with, outcome, failure)
		case want != "" && (failure == nil || !failure.Permanent || !strings.Contains(failure.Error(), want)):
			t.Errorf("%s fails with %v, want %q", with, failure, want)
		}
	}
}

func TestWaitsKnowHowLongTheyTake(t *testing.T) {
	for kind, cases := range map[string]map[string]string{
		"wait":  {`{"for":"10m"}`: "25m0s true", `{"for":"7d"}`: "168h15m0s true", `{"until":"{AT}"}`: "168h15m0s true", `{}`: "0s false"},
		"alarm": {`{"alarms":"a","for":"1d"}`: "24h15m0s true", `{"alarms":"a"}`: "0s false", `{}`: "0s false"},
	} {
		k, _ := step.Lookup(kind)
		for with, want := range cases {
			timeout, known := k.(step.Timed).Timeout([]byte(with))
			if got := fmt.Sprint(timeout, known); got != want {
				t.Errorf("%s %s takes %s, want %s", kind, with, got, want)
			}
		}
	}
}

func FuzzWaitParameters(f *testing.F) {
	for _, seed := range []string{`{"for":"10m"}`, `{"until":"2027-01-01T06:00:00Z"}`, `{"until":"{AT}"}`, `{"for":"604801s"}`} {
		f.Add(seed)
	}
	k, _ := step.Lookup("wait")
	f.Fuzz(func(t *testing.T, with string) {
		if _, err := k.References([]byte(with)); err != nil {
			return
		}
		if timeout, known := k.(step.Timed).Timeout([]byte(with)); !known || timeout <= 0 || timeout > step.MaxWait+time.Hour {
			t.Errorf("%s takes %s, %t", with, timeout, known)
		}
	})
}
