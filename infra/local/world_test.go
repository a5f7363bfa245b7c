package local_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"slipway/events"
	"slipway/infra/local"
	"slipway/infra/local/clock"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
	"slipway/infra/template"
)

// dawn is when every history begins.
var dawn = time.Date(2026, time.November, 22, 9, 0, 0, 0, time.UTC)

// A world is the whole stack in virtual time. What is done in it happens when
// the time is let run.
type world struct {
	t     testing.TB
	clock *clock.Virtual
	store *store.Memory
	stack *local.Stack
	taken []taken
	mails []mail

	config   local.Config
	restarts uint64
}

// A mail is a message that SNS would send to a mail address.
type mail struct{ To, Message string }

// A taken event is one that a bus took.
type taken struct {
	Bus   string
	Event eventbridge.Event
}

// newWorld starts a stack whose identifiers come from seed. Faults, if not nil,
// makes it unreliable. It sweeps repositories and triggers once a year: what a test
// counts is then its own.
func newWorld(t testing.TB, seed uint64, faults *local.Rehearsal) *world {
	t.Helper()
	source, rarely := template.JSON, []byte(`"rate(365 days)"`)
	for _, often := range []string{`"rate(15 minutes)"`, `"rate(1 hour)"`} {
		if !bytes.Contains(source, []byte(often)) {
			t.Fatalf("the template has no schedule %s", often)
		}
		source = bytes.ReplaceAll(source, []byte(often), rarely)
	}
	return newWorldOf(t, source, seed, faults)
}

// newWorldOf starts the stack of a template.
func newWorldOf(t testing.TB, source []byte, seed uint64, faults *local.Rehearsal) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewVirtual(dawn), store: store.NewMemory()}
	w.config = local.Config{Template: source, Store: w.store, Clock: w.clock, NewID: identifiers(seed),
		Endpoint: "http://127.0.0.1:4566", Web: "http://127.0.0.1:8080", Path: os.Getenv("PATH"),
		Observe:   func(bus string, e eventbridge.Event) { w.taken = append(w.taken, taken{bus, e}) },
		Mail:      func(_, to, _, message string) { w.mails = append(w.mails, mail{to, message}) },
		Report:    func(err error) { t.Errorf("background work: %v", err) },
		Rehearsal: faults}
	w.start()
	return w
}

func (w *world) start() {
	w.t.Helper()
	var err error
	if w.stack, err = local.Start(w.config); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.stack.Close)
}

// restart lets the stack be killed and started again on what it has stored.
func (w *world) restart() {
	w.t.Helper()
	w.restarts++
	w.clock = clock.NewVirtual(w.clock.Now())
	w.config.Clock, w.config.NewID = w.clock, identifiers(1<<32+w.restarts)
	w.start()
}

// identifiers returns a source of identifiers that the seed alone determines.
func identifiers(seed uint64) func() string {
	random := rand.New(rand.NewPCG(seed, 0))
	return func() string {
		raw := make([]byte, 16)
		for i := range raw {
			raw[i] = byte(random.Uint32())
		}
		return hex.EncodeToString(raw)
	}
}

// run lets the time run on by d.
func (w *world) run(d time.Duration) { w.clock.RunUntil(w.clock.Now().Add(d)) }

// happened returns the details of Slipway's own events of a type, in the order in
// which the bus took them.
func happened[E events.Event](w *world) []E {
	w.t.Helper()
	var all []E
	for _, e := range w.taken {
		var event E
		if e.Event.Source != events.Source || e.Event.DetailType != event.Type() {
			continue
		}
		if err := json.Unmarshal(e.Event.Detail, &event); err != nil {
			w.t.Fatalf("decode %s: %v", e.Event.DetailType, err)
		}
		all = append(all, event)
	}
	return all
}

// deadLetters returns the messages in all dead-letter queues.
func (w *world) deadLetters() []string {
	w.t.Helper()
	queues, err := w.stack.Messages()
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for name, messages := range queues {
		for _, m := range messages {
			all = append(all, name+": "+m)
		}
	}
	return all
}

// trace returns everything that the buses took, a line an event.
func (w *world) trace() []byte {
	w.t.Helper()
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, e := range w.taken {
		if err := encoder.Encode(e); err != nil {
			w.t.Fatal(err)
		}
	}
	return lines.Bytes()
}
