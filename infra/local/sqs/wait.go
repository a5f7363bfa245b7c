package sqs

import (
	"context"
	"sync"
	"time"

	"slipway/infra/local/store"
)

// arrivals lets receivers wait for a message to come to a queue.
type arrivals struct {
	mu      sync.Mutex
	waiting map[string]chan struct{} // by queue; closed and dropped at the next arrival
}

// next returns a channel that is closed when something next comes to queue.
func (a *arrivals) next(queue string) <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting[queue] == nil {
		a.waiting[queue] = make(chan struct{})
	}
	return a.waiting[queue]
}

func (a *arrivals) announce(queue string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.waiting[queue]; c != nil {
		close(c)
		delete(a.waiting, queue)
	}
}

// await receives from the queue called name; while there is nothing, it waits
// for up to the given time on the clock, or until ctx ends. Under a virtual
// clock somebody else must run the clock meanwhile.
func (e *Engine) await(ctx context.Context, name string, limit int, hide *time.Duration, wait time.Duration) ([]message, error) {
	deadline := e.Clock.Now().Add(wait)
	for {
		arrived := e.arrivals.next(name) // before looking, so that nothing slips in between
		received, again, err := e.take(name, limit, hide)
		if err != nil || len(received) > 0 || !e.Clock.Now().Before(deadline) {
			return received, err
		}
		if again.IsZero() || again.After(deadline) {
			again = deadline
		}
		if err := e.sleep(ctx, arrived, again); err != nil {
			return nil, err
		}
	}
}

// sleep returns at the given time, or once arrived is closed, or with the error of ctx.
func (e *Engine) sleep(ctx context.Context, arrived <-chan struct{}, until time.Time) error {
	due := make(chan struct{})
	cancel := e.Clock.At(until, func() { close(due) })
	defer cancel()
	select {
	case <-arrived:
	case <-due:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// take receives what is visible now. The time is that at which a message next
// becomes visible, or zero when the queue holds none.
func (e *Engine) take(name string, limit int, hide *time.Duration) (received []message, again time.Time, err error) {
	err = e.Store.Update(func(tx store.Tx) error {
		q, err := e.queue(tx, name)
		if err != nil {
			return err
		}
		if hide == nil {
			hide = &q.VisibilityTimeout
		}
		if received, err = e.receive(tx, q, limit, *hide); err != nil {
			return err
		}
		for key := range ofQueue(tx, dueTable, name) {
			again, _ = splitDueKey(key)
			break
		}
		return nil
	})
	return received, again, err
}
