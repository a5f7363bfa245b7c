package local_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"slipway/events"
	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// A crash ends invocations of functions at one of their calls of AWS.
type crash struct {
	only []string // functions that crash; nil for all
	at   int      // the call at which it happens, counted over all functions from 1; 0 for never
	late bool     // the request takes effect and its answer is lost

	random *rand.Rand     // if set, crashes happen at random
	struck map[string]int // how many, by function

	calls   int
	dead    string // the request id of the invocation that has ended
	deadAt  time.Time
	now     func() time.Time
	victim  string   // the call that it happened at
	retried []string // requests that a client repeated
}

// errCrashed is what an invocation that has ended gets from every call. It tells
// the SDK's clients that trying again is vain.
type errCrashed struct{}

func (errCrashed) Error() string        { return "the function has crashed" }
func (errCrashed) RetryableError() bool { return false }

// transport returns the transport of a function's clients. The API, which people
// ask again, does not crash.
func (c *crash) transport(function string, next http.RoundTripper) http.RoundTripper {
	if function == "api" || c.only != nil && !slices.Contains(c.only, function) {
		return next
	}
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if attempt := r.Header.Get("Amz-Sdk-Request"); attempt != "" && !strings.HasPrefix(attempt, "attempt=1;") {
			c.retried = append(c.retried, function+" "+operation(r))
		}
		invocation, ok := lambdacontext.FromContext(r.Context())
		if !ok {
			return nil, errors.New("a call outside of an invocation")
		}
		if c.dead == invocation.AwsRequestID && c.deadAt.Equal(c.now()) {
			return nil, errCrashed{}
		}
		if !c.strikes(function) {
			return next.RoundTrip(r)
		}
		c.dead, c.deadAt, c.victim = invocation.AwsRequestID, c.now(), function+" "+operation(r)
		if c.late {
			answer, err := next.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				return nil, err
			}
		}
		return nil, errCrashed{}
	})
}

// randomCrashes returns a crash that happens again and again, as seed says.
func randomCrashes(seed uint64) *crash {
	return &crash{random: rand.New(rand.NewPCG(seed, 2)), struck: map[string]int{}}
}

// strikes counts a call and tells whether the crash happens at it. At random, it
// happens twice to each function at most, as Lambda gives an event up after three
// attempts.
func (c *crash) strikes(function string) bool {
	c.calls++
	if c.random == nil {
		return c.calls == c.at
	}
	const oneIn, most = 10, 2
	if c.struck[function] == most || c.random.IntN(oneIn) > 0 {
		return false
	}
	c.struck[function]++
	c.late = c.random.IntN(2) == 0
	return true
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// operation names what r asks of AWS.
func operation(r *http.Request) string {
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return name
	}
	return r.Method + " " + r.URL.Path
}

// A scenario is what people do in a world until it comes to rest.
type scenario func(*world)

// journey is the scenario of one release of a project.
func journey(p projectFile) scenario { return func(w *world) { w.travel(p) } }

// under plays s in a world in which c happens, and returns what it leaves.
func (c *crash) under(t testing.TB, s scenario, deliver func(string, []byte) []time.Duration) []string {
	t.Helper()
	w := newWorld(t, 1, &local.Rehearsal{Call: c.transport, Deliver: deliver})
	c.now = w.clock.Now
	s(w)
	w.check()
	if len(c.retried) > 0 {
		t.Errorf("the clients repeat %q after a crash", c.retried)
	}
	return w.picture()
}

// crashEverywhere plays s once for each call of AWS that it makes, or that only
// the named functions make, and once more: in the one the call takes no effect and
// its function ends, in the other it takes effect and its function ends. What s
// leaves must be the same as without.
func crashEverywhere(t *testing.T, s scenario, deliver func(string, []byte) []time.Duration, only ...string) {
	t.Helper()
	undisturbed := &crash{only: only}
	want := undisturbed.under(t, s, deliver)
	t.Logf("%d calls", undisturbed.calls)
	for at := 1; at <= undisturbed.calls; at++ {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d late=%t", at, late), func(t *testing.T) {
				t.Parallel()
				c := &crash{at: at, late: late, only: only}
				if diff := difference(c.under(t, s, deliver), want); diff != "" {
					t.Errorf("a crash at %s leaves\n%s", c.victim, diff)
				}
			})
		}
	}
}

func TestACrashAtAnyCallOfAJourneyChangesNothing(t *testing.T) {
	crashEverywhere(t, journey(twoPhases("shop")), nil)
}

func TestACrashWhileDeploymentsQueueChangesNothing(t *testing.T) {
	queueing := func(w *world) {
		w.apply("shop", projectFile{"shop", []string{devPhase}, []string{scriptStep("smoke", "true")}}.String())
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(10 * time.Minute)
		w.push("shop", "1.1.0", site("1.1.0"))
		w.run(6 * time.Hour)
		w.wants("shop_1_dev_1 succeeded", "shop_2_dev_1 succeeded")
	}
	crashEverywhere(t, queueing, lateWith(buildEvents).Deliver, "lockenvironment", "finishdeployment", "resumestep")
}

func TestACrashBesideARejectionChangesNothing(t *testing.T) {
	rejecting := func(w *world) {
		w.apply("shop", projectFile{"shop", []string{livePhase}, []string{siteStep}}.String())
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(time.Hour)
		d := w.deployment("shop_1_production_1")
		w.decide(manager, d.Environment, events.ApprovalInput{Deployment: d.ID, Plan: d.Plan, Decision: pipeline.DecisionReject})
		w.run(time.Hour)
		w.wants("shop_1_production_1 rejected")
	}
	crashEverywhere(t, rejecting, nil, "requestapproval", "decideapproval", "resumestep", "plandeployment")
}

func TestACrashAfterAnExecutionIsStoppedChangesNothing(t *testing.T) {
	stopping := func(w *world) {
		w.apply("shop", projectFile{"shop", []string{livePhase}, []string{siteStep}}.String())
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(time.Hour)
		w.stop("shop_1_production_1")
		w.run(time.Hour)
		w.wants("shop_1_production_1 cancelled")
	}
	crashEverywhere(t, stopping, nil, "finishdeployment")
}

// TestACrashAroundAScriptRunsItOnce counts the runs of a script in a file.
func TestACrashAroundAScriptRunsItOnce(t *testing.T) {
	scripted := func(w *world) {
		mark := filepath.Join(w.t.TempDir(), "mark")
		w.apply("shop", projectFile{"shop", []string{devPhase}, []string{scriptStep("smoke", "echo run >> $MARK")}}.String()+
			"variables:\n  MARK: { value: "+mark+" }\n")
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(6 * time.Hour)
		w.wants("shop_1_dev_1 succeeded")
		if runs, err := os.ReadFile(mark); err != nil || string(runs) != "run\n" {
			w.t.Errorf("the script left %q, %v", runs, err)
		}
	}
	crashEverywhere(t, scripted, nil, "runstep", "resumestep")
}
