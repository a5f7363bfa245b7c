// Package scheduler is Amazon EventBridge Scheduler on one machine: schedules with
// rate, cron and one-time expressions in their time zones, which package schedule
// reads, and durable delivery to targets with retries and dead-letter queues.
//
// A slot is a time at which a schedule is to run. The slot that comes next is in
// the store; when it is due, one transaction claims it and queues its delivery, so
// that the end of the process neither loses nor doubles one. Slots that came due
// while no process ran are delivered late, each of them, when they are no older
// than the maximum event age of the retry policy; older ones are dropped, and
// reported.
package scheduler

import (
	"fmt"
	"net/http"

	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// A Target takes the invocations of schedules.
type Target interface {
	// Deliver hands payload over inside tx. An error means that the hand-off failed;
	// what it wrote is rolled back, and it is tried again.
	Deliver(tx store.Tx, payload []byte) error
}

// Config is what an Engine depends on.
type Config struct {
	Store store.Store
	Clock clock.Clock
	// NewID returns a fresh identifier for invocations and requests.
	NewID func() string

	Account string // 12 digits; "000000000000" when empty
	Region  string // "us-east-1" when empty

	// Target returns the target with the given ARN. It refuses, by name, a kind of
	// target that isn't known. It is also called inside of transactions.
	Target func(arn string) (Target, error)
	// Send puts a message into the queue with the given ARN, in tx: the dead-letter queues of schedules.
	Send func(tx store.Tx, queueARN, body string, attributes map[string]string) error
	// Report, if set, receives the errors of background work: slots that were missed
	// for too long, or a store or a dead-letter queue that failed; what failed stays
	// in the store until the next [Engine.Resume]. Without Report they panic.
	Report func(error)
}

// An Engine runs schedules. All of its state is in the store.
type Engine struct {
	Config
	api http.Handler
}

var _ http.Handler = (*Engine)(nil)

// The store tables of this engine.
const (
	groupsTable     = "scheduler/groups"     // name → group
	schedulesTable  = "scheduler/schedules"  // group/name → schedule
	declaredTable   = "scheduler/declared"   // group/name → the Spec that CreateSchedule got last
	deliveriesTable = "scheduler/deliveries" // group/name, 0, sequence → delivery
	sequenceTable   = "scheduler/sequence"   // sequenceKey → the last sequence given out
	sequenceKey     = "last"
	receiptsTable   = "scheduler/receipts"    // operation/token → receipt
	receiptAges     = "scheduler/receiptages" // expiry, operation/token → nothing
)

// New returns an engine over the schedules that c.Store holds. Call
// [Engine.CreateGroup] and [Engine.CreateSchedule] for what the stack declares, and
// then [Engine.Resume].
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	e := &Engine{Config: c}
	e.api = e.routes()
	return e
}

// Resume goes on with the slots to come and the deliveries that were under way when
// the process ended.
func (e *Engine) Resume() error {
	return e.Store.View(func(tx store.Tx) error {
		for key, value := range tx.Scan(schedulesTable, nil) {
			s, err := store.ParseJSON[record](schedulesTable, value)
			if err != nil {
				return fmt.Errorf("resume schedule %s: %w", key, err)
			}
			e.wake(s)
		}
		for key, value := range tx.Scan(deliveriesTable, nil) {
			d, err := store.ParseJSON[delivery](deliveriesTable, value)
			if err != nil {
				return fmt.Errorf("resume delivery %q: %w", key, err)
			}
			e.deliverAt(string(key), d.Due)
		}
		return nil
	})
}

// ARN returns the ARN of the schedule of that name in group, whether it exists or not.
func (e *Engine) ARN(group, name string) string { return e.arn("schedule/" + group + "/" + name) }

// GroupARN returns the ARN of the schedule group called name, whether it exists or not.
func (e *Engine) GroupARN(name string) string { return e.arn("schedule-group/" + name) }

func (e *Engine) arn(resource string) string {
	return fmt.Sprintf("arn:aws:scheduler:%s:%s:%s", e.Region, e.Account, resource)
}

// report hands on an error that no caller waits for.
func (e *Engine) report(err error) {
	switch {
	case err == nil:
	case e.Report != nil:
		e.Report(err)
	default:
		panic(err)
	}
}
