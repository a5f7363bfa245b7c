// Package eventbridge is the Amazon EventBridge event bus on one machine: rules
// with event patterns and input transformation, and durable delivery to targets
// with retries and dead-letter queues. Its patterns serve Lambda's filters too.
package eventbridge

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/outbox"
	"slipway/infra/local/store"
)

// A Target takes the events of rules.
type Target interface {
	// Deliver hands payload over inside tx. An error means that the hand-off failed;
	// what it wrote is rolled back, and it is tried again.
	Deliver(tx store.Tx, payload []byte) error
}

// Config is what an Engine depends on.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a fresh identifier for events and requests.
	NewID func() string

	Account string // 12 digits; "000000000000" when empty
	Region  string // "us-east-1" when empty

	// Target returns the target with the given ARN. It refuses, by name, a kind of
	// target that isn't known. It is also called inside of transactions.
	Target func(arn string) (Target, error)
	// Send puts a message into the queue with the given ARN, in tx: the dead-letter queues of targets.
	Send func(tx store.Tx, queueARN, body string, attributes map[string]string) error
	// Observe, if set, is called once for each event that was put, after the commit.
	Observe func(bus string, e Event)
	// Report, if set, receives the errors of background work: the store or a
	// dead-letter queue failed. The delivery concerned stays in the store until the
	// next [Engine.Resume]. Without Report they panic.
	Report func(error)
}

// An Engine holds buses, which are made anew at each start, and in its store the rules
// and the deliveries that are under way.
type Engine struct {
	Config
	api        awsjson.Service
	deliveries outbox.Box[delivery]

	changing sync.Mutex      // held while a rule changes, in the store and then in buses
	declared map[string]bool // the keys of the rules that PutRule was called for

	mu    sync.RWMutex
	buses map[string]*bus
}

var _ http.Handler = (*Engine)(nil)

// DefaultBus is the bus that every account has.
const DefaultBus = "default"

// New returns an engine with the default bus. Call [Engine.CreateBus] and
// [Engine.PutRule] for what else there is, and then [Engine.Resume].
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	e := &Engine{Config: c, declared: map[string]bool{}, buses: map[string]*bus{}}
	e.buses[DefaultBus] = &bus{name: DefaultBus, created: c.Clock.Now(), rules: map[string]*rule{}}
	e.api = e.service()
	e.deliveries = e.newDeliveries()
	return e
}

// A bus is an event bus with its rules by name.
type bus struct {
	name    string
	created time.Time
	rules   map[string]*rule
}

// CreateBus makes the bus called name if there is none.
func (e *Engine) CreateBus(name string) error {
	if !busName.MatchString(name) {
		return fmt.Errorf("event bus %q: the name must be 1 to 256 letters, digits and ./-_", name)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.buses[name] == nil {
		e.buses[name] = &bus{name: name, created: e.Clock.Now(), rules: map[string]*rule{}}
	}
	return nil
}

// BusARN returns the ARN of the bus called name, whether it exists or not.
func (e *Engine) BusARN(name string) string { return e.arn("event-bus/" + name) }

func (e *Engine) arn(resource string) string {
	return fmt.Sprintf("arn:aws:events:%s:%s:%s", e.Region, e.Account, resource)
}

// bus returns the bus with the given name or ARN; none means the default one.
// The caller holds e.mu.
func (e *Engine) bus(nameOrARN string) (*bus, error) {
	name := strings.TrimPrefix(nameOrARN, e.BusARN(""))
	if name == "" {
		name = DefaultBus
	}
	if b := e.buses[name]; b != nil {
		return b, nil
	}
	return nil, notFound("Event bus %s does not exist.", name)
}
