package scheduler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/scheduler"
	"slipway/infra/local/store"
)

var start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const (
	targetARN = "arn:aws:lambda:us-east-1:000000000000:function:startrunbook"
	queueARN  = "arn:aws:sqs:us-east-1:000000000000:work"
	deadARN   = "arn:aws:sqs:us-east-1:000000000000:dead"
	roleARN   = "arn:aws:iam::000000000000:role/scheduler"
	// input tells everything of an invocation but its id.
	input = `{"s":"<aws.scheduler.schedule-arn>","t":"<aws.scheduler.scheduled-time>","n":"<aws.scheduler.attempt-number>"}`
)

// A rig is an engine on a virtual clock, with a target and a queue that keep what
// they get in the store.
type rig struct {
	testing.TB
	engine  *scheduler.Engine
	clock   *clock.Virtual
	store   store.Store
	ids     int
	failing int                       // how many of the next hand-offs fail
	rejects func(payload string) bool // tells which hand-offs fail besides
	gone    bool
	refuse  error // what Send answers
	reports []string
}

func newRig(t testing.TB) *rig {
	r := &rig{TB: t, clock: clock.NewVirtual(start), store: store.NewMemory()}
	r.restart(r.store)
	return r
}

// restart puts a new engine over s, on a clock without the work of the old one.
func (r *rig) restart(s store.Store) {
	r.clock, r.store = clock.NewVirtual(r.clock.Now()), s
	r.engine = scheduler.New(scheduler.Config{Store: s, Clock: r.clock, Target: r.target, Send: r.send,
		NewID:  func() string { r.ids++; return fmt.Sprintf("id-%d", r.ids) },
		Report: func(err error) { r.reports = append(r.reports, err.Error()) }})
}

func (r *rig) resume() {
	r.Helper()
	if err := r.engine.Resume(); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) target(arn string) (scheduler.Target, error) {
	if arn != targetARN && arn != queueARN || r.gone {
		return nil, errors.New("no such target")
	}
	return r, nil
}

var errBusy = errors.New("busy")

// Deliver implements [scheduler.Target].
func (r *rig) Deliver(tx store.Tx, payload []byte) error {
	keep(tx, "test/payloads", r.clock.Now().Format("15:04:05 ")+string(payload))
	if r.rejects != nil && r.rejects(string(payload)) {
		return errBusy
	}
	if r.failing > 0 {
		r.failing--
		return errBusy
	}
	return nil
}

func (r *rig) send(tx store.Tx, queue, body string, attributes map[string]string) error {
	all, err := json.Marshal(attributes)
	if err == nil {
		keep(tx, "test/dead", queue+" "+body+" "+string(all))
	}
	return errors.Join(err, r.refuse)
}

func keep(tx store.Tx, table, text string) {
	tx.Put(table, store.SequenceKey(store.NextSequence(tx, table+"/sequence", "last")), []byte(text))
}

// kept returns what was kept in a table.
func (r *rig) kept(table string) []string {
	r.Helper()
	var all []string
	if err := r.store.View(func(tx store.Tx) error {
		for _, value := range tx.Scan(table, nil) {
			all = append(all, string(value))
		}
		return nil
	}); err != nil {
		r.Fatal(err)
	}
	return all
}

// ran returns when the schedules were invoked, and for which slots if those differ.
func (r *rig) ran() string {
	r.Helper()
	var all []string
	for _, payload := range r.kept("test/payloads") {
		var in struct{ T time.Time }
		at, body, _ := strings.Cut(payload, " ")
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			r.Fatal(err)
		}
		if slot := in.T.Format("15:04:05"); slot != at {
			at += "(" + slot + ")"
		}
		all = append(all, at)
	}
	return strings.Join(all, " ")
}

func (r *rig) run(d time.Duration) { r.clock.RunUntil(r.clock.Now().Add(d)) }

// spec returns a schedule with a target.
func spec(name, expression string) scheduler.Spec {
	return scheduler.Spec{Name: name, ScheduleExpression: expression, FlexibleTimeWindow: scheduler.FlexibleTimeWindow{Mode: scheduler.WindowOff},
		Target: scheduler.TargetSpec{Arn: targetARN, RoleArn: roleARN, Input: input}}
}

func (r *rig) create(s scheduler.Spec) {
	r.Helper()
	if err := r.engine.CreateSchedule(s); err != nil {
		r.Fatal(err)
	}
}

// call makes a request in process and returns the status with the body.
func (r *rig) call(method, path, body string) (int, string) {
	r.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, httptest.NewRequest(method, path, content))
	if w.Header().Get("X-Amzn-Requestid") == "" || (w.Code != http.StatusOK) != (w.Header().Get("X-Amzn-Errortype") != "") {
		r.Errorf("%s %s: status %d with headers %v", method, path, w.Code, w.Header())
	}
	return w.Code, w.Body.String()
}
