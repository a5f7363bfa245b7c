package local_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/events"
	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// A receiver is a server that http steps send requests to; it counts them.
type receiver struct {
	*httptest.Server
	mutex sync.Mutex
	got   map[string]int // by method, path and idempotency key
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{got: map[string]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP answers that the release is there.
func (r *receiver) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.got[strings.TrimSpace(in.Method+" "+in.URL.Path+" "+in.Header.Get("Idempotency-Key"))]++
	fmt.Fprintf(w, `{"release": %q, "asked": true}`, in.URL.Query().Get("release"))
}

// counts returns how often each request came.
func (r *receiver) counts() map[string]int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return maps.Clone(r.got)
}

// httpStep is a step that sends a request to r; more are further parameters of it.
func (r *receiver) httpStep(name string, more ...string) string {
	with := append([]string{`url: "` + r.URL + `/{environment}?release={release}"`, "allow-private: true"}, more...)
	return "{ name: " + name + ", uses: http, with: { " + strings.Join(with, ", ") + " } }"
}

func TestAnHTTPStepAsksARealServer(t *testing.T) {
	r := newReceiver(t)
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{r.httpStep("health", `expect: { json: { /release: "{release}" } }`, "outputs: { release: /release }")}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
	finished := happened[events.StepFinished](w)
	if len(finished) != 1 || !maps.Equal(finished[0].Outputs, map[string]string{"status": "200", "release": "1.0.0"}) {
		t.Errorf("finished: %+v", finished)
	}
	if !maps.Equal(r.counts(), map[string]int{"GET /dev": 1}) {
		t.Errorf("requests: %v", r.counts())
	}
}

func TestAnHTTPStepWithoutLeaveReachesNoPrivateAddress(t *testing.T) {
	r := newReceiver(t)
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{"{ name: health, uses: http, retry: 2, with: { url: " + r.URL + " } }"}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.check()
	if d := w.deployment("shop_1_dev_1"); d.Status != string(pipeline.StatusFailed) || !strings.Contains(d.Reason, "PrivateAddress: host 127.0.0.1 is at 127.0.0.1, a loopback address") {
		t.Errorf("the deployment is %s: %s", d.Status, d.Reason)
	}
	if len(r.counts()) > 0 || len(w.attempts()) != 1 {
		t.Errorf("requests: %v, attempts: %q", r.counts(), w.attempts())
	}
}

// TestACrashAroundARepeatableRequestChangesNothing covers what is only looked up and
// what may come again.
func TestACrashAroundARepeatableRequestChangesNothing(t *testing.T) {
	r := newReceiver(t)
	crashEverywhere(t, func(w *world) {
		w.apply("shop", projectFile{"shop", []string{devPhase}, []string{r.httpStep("health"), r.httpStep("put", "method: PUT")}}.String())
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(6 * time.Hour)
		w.wants("shop_1_dev_1 succeeded")
	}, nil, "runstep")
}

// TestACrashAroundAPostSendsItOnceAnAttempt crashes at each call around a request that
// must not come twice. Where the crash leaves it open whether the request was sent,
// the attempt fails, and retry makes another.
func TestACrashAroundAPostSendsItOnceAnAttempt(t *testing.T) {
	play := func(t *testing.T, c *crash) (got map[string]int, attempts []string) {
		r := newReceiver(t)
		w := newWorld(t, 1, &local.Rehearsal{Call: c.transport})
		c.now = w.clock.Now
		step := strings.Replace(r.httpStep("announce", "method: POST"), "uses: http", "uses: http, retry: 1", 1)
		w.apply("shop", projectFile{"shop", []string{devPhase}, []string{step}}.String())
		w.push("shop", "1.0.0", site("1.0.0"))
		w.run(6 * time.Hour)
		w.check()
		w.wants("shop_1_dev_1 succeeded")
		return r.counts(), w.attempts()
	}
	const first, second = "POST /dev shop_1_dev_1/announce/1", "POST /dev shop_1_dev_1/announce/2"
	undisturbed := &crash{only: []string{"runstep"}}
	if got, _ := play(t, undisturbed); !maps.Equal(got, map[string]int{first: 1}) {
		t.Fatalf("requests: %v", got)
	}
	interrupted := 0
	for at := 1; at <= undisturbed.calls; at++ {
		for _, late := range []bool{false, true} {
			c := &crash{only: []string{"runstep"}, at: at, late: late}
			got, attempts := play(t, c)
			claimed := strings.HasSuffix(c.victim, "claim.json") && late
			unkept := strings.HasSuffix(c.victim, "result.json") && !late
			want := map[string]int{first: 1}
			switch {
			case claimed: // and then not sent
				want = map[string]int{second: 1}
			case unkept: // though sent
				want = map[string]int{first: 1, second: 1}
			}
			if claimed || unkept {
				interrupted++
			}
			if !maps.Equal(got, want) || len(attempts) != map[bool]int{false: 1, true: 2}[claimed || unkept] {
				t.Errorf("a crash at %s (late: %t) leaves the requests %v and the attempts %q", c.victim, late, got, attempts)
			}
		}
	}
	if interrupted != 2 {
		t.Errorf("%d of the crashes were around the request, want 2", interrupted)
	}
}
