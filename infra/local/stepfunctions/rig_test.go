package stepfunctions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
)

var start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// An answer is what a scripted Lambda function does when it is called.
type answer struct {
	Return  json.RawMessage `json:"return"`
	Echo    bool            `json:"echo"`    // return the payload
	Error   string          `json:"error"`   // fail with this error type
	Cause   string          `json:"cause"`   // of the error
	Succeed json.RawMessage `json:"succeed"` // answer the payload's token with this output …
	Fail    string          `json:"fail"`    // … or with this error
	After   int             `json:"after"`   // … this many seconds later; 0: before the function returns
}

// A rig is an engine on a virtual clock with scripted functions.
type rig struct {
	t         *testing.T
	engine    *stepfunctions.Engine
	clock     *clock.Virtual
	store     *crashingStore
	script    map[string][]answer // by function; the last answer repeats
	calls     []string            // "second function payload"
	objects   map[string]string   // by bucket and key
	changes   []stepfunctions.StatusChange
	starts    []stepfunctions.Start
	ids       int
	crashes   bool // each process dies after one commit
	machine   string
	machines  []string // names
	execution string
}

func newRig(t *testing.T, script map[string][]answer) *rig {
	t.Helper()
	r := &rig{t: t, clock: clock.NewVirtual(start), store: &crashingStore{inner: store.NewMemory()}, script: script, objects: map[string]string{}}
	r.engine = r.newEngine()
	return r
}

func (r *rig) newEngine() *stepfunctions.Engine {
	s := r.store
	return stepfunctions.New(stepfunctions.Config{
		Store: s, Clock: r.clock,
		NewID: func() string { r.ids++; return fmt.Sprintf("00000000-0000-4000-8000-%012d", r.ids) },
		Invoke: func(_ context.Context, function string, payload []byte) ([]byte, error) {
			if s.dead {
				return nil, errCrashed
			}
			return r.invoke(function, payload)
		},
		Services: map[string]stepfunctions.ServiceCall{
			"events": r.service("events", s), "sqs": r.service("sqs", s), "sns": r.service("sns", s),
		},
		ReadObject:  r.readObject,
		ListObjects: r.listObjects,
		WriteObject: r.writeObject,
		Started:     func(_ store.Tx, s stepfunctions.Start) { r.starts = append(r.starts, s) },
		Changed:     func(_ store.Tx, c stepfunctions.StatusChange) { r.changes = append(r.changes, c) },
		Report: func(err error) {
			if !errors.Is(err, errCrashed) {
				r.t.Errorf("background work: %v", err)
			}
		},
	})
}

// service answers as the function named after the service and the operation.
func (r *rig) service(name string, s *crashingStore) stepfunctions.ServiceCall {
	return func(_ context.Context, operation string, request json.RawMessage) (json.RawMessage, error) {
		if s.dead {
			return nil, errCrashed
		}
		return r.invoke(name+":"+operation, request)
	}
}

func (r *rig) readObject(_ context.Context, bucket, key, version string) ([]byte, error) {
	body, ok := r.objects[bucket+"/"+key+version]
	if !ok {
		return nil, errors.New("NoSuchKey: the specified key does not exist: " + key)
	}
	return []byte(body), nil
}

func (r *rig) listObjects(_ context.Context, bucket, prefix string) ([]stepfunctions.Object, error) {
	var list []stepfunctions.Object
	for _, path := range slices.Sorted(maps.Keys(r.objects)) {
		if key, ok := strings.CutPrefix(path, bucket+"/"); ok && strings.HasPrefix(key, prefix) {
			list = append(list, stepfunctions.Object{Key: key, ETag: `"e"`, Size: int64(len(r.objects[path])), LastModified: start})
		}
	}
	return list, nil
}

func (r *rig) writeObject(_ context.Context, bucket, key string, body []byte) error {
	if bucket == "readonly" {
		return errors.New("AccessDenied: access denied")
	}
	r.objects[bucket+"/"+key] = string(body)
	return nil
}

func (r *rig) invoke(function string, payload []byte) ([]byte, error) {
	r.calls = append(r.calls, fmt.Sprintf("%d %s %s", int(r.clock.Now().Sub(start).Seconds()), function, payload))
	list := r.script[function]
	if len(list) == 0 {
		return nil, &stepfunctions.Fault{Name: "Lambda.ResourceNotFoundException", Cause: "Function not found: " + function}
	}
	do := list[0]
	if len(list) > 1 {
		r.script[function] = list[1:]
	}
	if do.Succeed != nil || do.Fail != "" {
		r.callBack(do, payload)
	}
	switch {
	case do.Error != "":
		return nil, &stepfunctions.Fault{Name: do.Error, Cause: do.Cause}
	case do.Echo:
		return payload, nil
	}
	return do.Return, nil
}

// callBack answers the token in payload as do says, now or later.
func (r *rig) callBack(do answer, payload []byte) {
	var in struct{ Token string }
	if err := json.Unmarshal(payload, &in); err != nil {
		r.t.Errorf("payload %s: %v", payload, err)
	}
	var send func()
	send = func() {
		if r.store.dead { // as a caller does, try again until there is somebody to answer
			clock.Go(r.clock, send)
			return
		}
		operation, request := "SendTaskSuccess", map[string]string{"taskToken": in.Token, "output": string(do.Succeed)}
		if do.Fail != "" {
			operation, request = "SendTaskFailure", map[string]string{"taskToken": in.Token, "error": do.Fail, "cause": do.Cause}
		}
		s := r.store
		switch code := r.post(operation, request, nil); {
		case s.dead:
			clock.Go(r.clock, send)
		case code != "" && code != "TaskTimedOut":
			r.t.Errorf("%s: %s", operation, code)
		}
	}
	if do.After == 0 {
		send()
		return
	}
	clock.After(r.clock, time.Duration(do.After)*time.Second, send)
}

// request sends a request at a time of the clock, and again until there is somebody
// to answer; a refusal that the sender expects is none of the test's.
func (r *rig) request(after int, operation string, in any, expected string) {
	var send func()
	send = func() {
		s := r.store
		if s.dead {
			clock.Go(r.clock, send)
			return
		}
		if code := r.post(operation, in, nil); code != expected && !s.dead { // a crash comes after the commit
			r.t.Errorf("%s: %q, want %q", operation, code, expected)
		}
	}
	r.clock.At(start.Add(time.Duration(after)*time.Second), send)
}

// create creates state machine m.
func (r *rig) create(definition string) {
	r.t.Helper()
	r.createNamed("m", definition)
	r.machine = r.engine.StateMachineARN("m")
}

func (r *rig) createNamed(name, definition string) {
	r.t.Helper()
	err := r.engine.Create(stepfunctions.StateMachineSpec{Name: name, Definition: definition, RoleARN: "arn:aws:iam::000000000000:role/r"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.machines = append(r.machines, name)
}

// start starts execution x of m.
func (r *rig) start(input string) {
	r.t.Helper()
	arn, err := r.engine.Start(r.machine, "x", input)
	if err != nil && !errors.Is(err, errCrashed) {
		r.t.Fatal(err)
	}
	r.execution = arn
}

// An ending is how an execution ended.
type ending struct {
	Status  string   `json:"status"`
	Output  string   `json:"output"`
	Error   string   `json:"error"`
	Cause   string   `json:"cause"`
	Path    []string `json:"-"`
	Seconds int      `json:"-"`
}

func (r *rig) ending() ending {
	r.t.Helper()
	var out struct {
		ending
		StopDate float64 `json:"stopDate"`
	}
	if code := r.post("DescribeExecution", map[string]string{"executionArn": r.execution}, &out); code != "" {
		r.t.Fatalf("DescribeExecution: %s", code)
	}
	out.Path = r.engine.Path(r.execution)
	if out.StopDate > 0 {
		out.Seconds = int(out.StopDate) - int(start.Unix())
	}
	return out.ending
}

// crashingStore is a store whose process dies right after a number of updates:
// what they wrote is there, what they were to set off never happens.
type crashingStore struct {
	inner   store.Store
	updates int
	crashAt int // 0: never
	dead    bool
	onCrash func()
}

var errCrashed = errors.New("the process has crashed")

func (s *crashingStore) View(f func(store.Tx) error) error {
	if s.dead {
		return errCrashed
	}
	return s.inner.View(f)
}

func (s *crashingStore) Update(f func(store.Tx) error) error {
	if s.dead {
		return errCrashed
	}
	var then []func()
	if err := s.inner.Update(func(tx store.Tx) error { return f(heldTx{tx, &then}) }); err != nil {
		return err
	}
	s.updates++
	if s.updates == s.crashAt {
		s.dead = true
		s.onCrash()
		return errCrashed
	}
	for _, f := range then {
		f()
	}
	return nil
}

func (s *crashingStore) Close() error { return s.inner.Close() }

type heldTx struct {
	store.Tx
	then *[]func()
}

func (t heldTx) OnCommit(f func()) { *t.then = append(*t.then, f) }

// crashAt lets the process die after a number of updates and start again at the
// same time, with a new engine on what the old one left. It returns whether it did.
func (r *rig) crashAt(updates int) *bool {
	crashed := new(bool)
	r.store.crashAt = updates
	r.store.onCrash = func() {
		*crashed = true
		clock.Go(r.clock, r.restart)
	}
	return crashed
}

func (r *rig) restart() {
	r.store = &crashingStore{inner: r.store.inner, onCrash: r.store.onCrash}
	if r.crashes { // again and again
		r.store.crashAt = 1
	}
	r.engine = r.newEngine()
	if err := r.engine.Resume(); err != nil {
		r.t.Error(err)
	}
}

func describe(e ending) string {
	return fmt.Sprintf("%s output=%s error=%s cause=%s path=%s after %ds", e.Status, e.Output, e.Error, e.Cause, strings.Join(e.Path, ","), e.Seconds)
}
