package trigger_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	eventsclient "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	schedulerclient "github.com/aws/aws-sdk-go-v2/service/scheduler"

	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/scheduler"
	"slipway/infra/local/store"
	"slipway/shared/trigger"
)

var start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const (
	functionARN = "arn:aws:lambda:us-east-1:000000000000:function:startrunbook"
	otherARN    = "arn:aws:lambda:us-east-1:000000000000:function:other"
	deadARN     = "arn:aws:sqs:us-east-1:000000000000:dead"
	roleARN     = "arn:aws:iam::000000000000:role/schedules"
)

// A world is the local Scheduler and EventBridge on a virtual clock, with the triggers
// under test in front of them, whose requests it counts and can lose.
type world struct {
	*testing.T
	clock     *clock.Virtual
	scheduler *scheduler.Engine
	bridge    *eventbridge.Engine
	ids       int
	delivered []string // what startrunbook is told
	happened  string   // the id of the last event

	triggers *trigger.Triggers
	requests int      // of the triggers
	writes   []string // those among them that change something
	lose     func(request int) loss

	// schedules and rules reach the engines past the counting, as somebody else does.
	schedules *schedulerclient.Client
	rules     *eventsclient.Client
}

// A loss is what becomes of a request.
type loss int

const (
	arrives    loss = iota
	lostBefore      // it never arrives
	lostAfter       // it takes effect, and the answer never arrives
)

func newWorld(t *testing.T) *world {
	w := &world{T: t, clock: clock.NewVirtual(start), lose: func(int) loss { return arrives }}
	stored := store.NewMemory()
	newID := func() string { w.ids++; return fmt.Sprintf("id-%d", w.ids) }
	drop := func(store.Tx, string, string, map[string]string) error {
		return errors.New("nothing is undeliverable here")
	}
	w.scheduler = scheduler.New(scheduler.Config{Store: stored, Clock: w.clock, NewID: newID, Send: drop,
		Target: func(arn string) (scheduler.Target, error) { return receiver{w, arn}, known(arn) }})
	w.bridge = eventbridge.New(eventbridge.Config{Store: stored, Clock: w.clock, NewID: newID, Send: drop,
		Observe: func(_ string, e eventbridge.Event) { w.happened = e.ID },
		Target:  func(arn string) (eventbridge.Target, error) { return receiver{w, arn}, known(arn) }})
	err := errors.Join(w.scheduler.CreateGroup("runbooks"), w.scheduler.CreateGroup("others"), w.bridge.CreateBus("slipway"))
	if err != nil {
		t.Fatal(err)
	}
	w.schedules, w.rules = clients(direct{w})
	schedules, rules := clients(w)
	w.triggers = trigger.New(config(), schedules, rules)
	return w
}

func config() trigger.Config {
	return trigger.Config{Group: "runbooks", Bus: "slipway", Account: "000000000000", Region: "us-east-1", Function: functionARN, ScheduleRole: roleARN, DeadLetters: deadARN}
}

func clients(transport http.RoundTripper) (*schedulerclient.Client, *eventsclient.Client) {
	c := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient: &http.Client{Transport: transport}, Retryer: func() aws.Retryer { return aws.NopRetryer{} }}
	return schedulerclient.NewFromConfig(c), eventsclient.NewFromConfig(c)
}

func known(arn string) error {
	if arn != functionARN && arn != otherARN {
		return errors.New("unknown target " + arn)
	}
	return nil
}

// A receiver takes what schedules and rules deliver to a function.
type receiver struct {
	world *world
	arn   string
}

// Deliver implements [scheduler.Target] and [eventbridge.Target].
func (r receiver) Deliver(_ store.Tx, payload []byte) error {
	if r.arn == functionARN {
		r.world.delivered = append(r.world.delivered, string(payload))
	}
	return nil
}

// A direct transport ends in the engines.
type direct struct{ *world }

// RoundTrip implements [http.RoundTripper].
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	var engine http.Handler = d.scheduler
	if strings.HasPrefix(r.Host+r.URL.Host, "events.") {
		engine = d.bridge
	}
	recorder := httptest.NewRecorder()
	engine.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// RoundTrip implements [http.RoundTripper] for the triggers under test.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.requests++
	if operation := operation(r); changes(operation) {
		w.writes = append(w.writes, operation)
	}
	fate := w.lose(w.requests)
	if fate == lostBefore {
		return nil, errors.New("connection refused")
	}
	answer, err := direct{w}.RoundTrip(r)
	if fate == lostAfter {
		return nil, errors.New("connection lost")
	}
	return answer, err
}

// operation returns what a request asks for, such as "PutRule" or "GET /schedules/x".
func operation(r *http.Request) string {
	return cmp.Or(strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "AWSEvents."), r.Method+" "+r.URL.Path)
}

// changes tells whether an operation is more than a look.
func changes(operation string) bool {
	return !strings.HasPrefix(operation, "List") && !strings.HasPrefix(operation, "GET ")
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) sync(project string, runbooks ...trigger.Wanted) {
	w.Helper()
	w.must(w.triggers.Sync(context.Background(), project, runbooks))
}

// settled holds that a further call writes nothing.
func (w *world) settled(project string, runbooks ...trigger.Wanted) {
	w.Helper()
	w.writes = nil
	w.sync(project, runbooks...)
	if len(w.writes) > 0 {
		w.Errorf("a further call makes %q", w.writes)
	}
}

// decoded decodes JSON that has no other members than T.
func decoded[T any](t *testing.T, text []byte) (value T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}
