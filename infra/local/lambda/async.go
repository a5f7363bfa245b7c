package lambda

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// The store tables of this engine.
const (
	invocationsTable = "lambda/invocations" // sequence → invocation
	sequenceTable    = "lambda/sequence"    // sequenceKey → the last sequence given out
	sequenceKey      = "last"
	placesTable      = "lambda/places" // mapping id → place
)

// retryStep is the wait before the first retry of an asynchronous invocation;
// the second waits twice as long.
const retryStep = time.Minute

// An invocation is one event in the asynchronous queue.
type invocation struct {
	RequestID string
	Function  string // name
	Payload   []byte // JSON, byte for byte as it was queued
	Queued    time.Time
	Due       time.Time // the next attempt
	Failures  int
}

// InvokeAsync queues an event for the function, given by name or ARN, in tx. It
// runs after the commit; a failing function is tried again after one minute and
// after two more, and then the event goes to the function's destinations.
func (e *Engine) InvokeAsync(tx store.Tx, nameOrARN string, payload []byte) error {
	_, err := e.queue(tx, nameOrARN, payload)
	return err
}

// queue is InvokeAsync; it returns the request id.
func (e *Engine) queue(tx store.Tx, nameOrARN string, payload []byte) (string, error) {
	f, err := e.function(nameOrARN)
	if err != nil {
		return "", err
	}
	if payload, err = checkPayload(payload, maxAsyncBytes); err != nil {
		return "", err
	}
	now := e.Clock.Now()
	i := invocation{RequestID: e.NewID(), Function: f.Name, Payload: payload, Queued: now, Due: now}
	return i.RequestID, e.schedule(tx, store.NextSequence(tx, sequenceTable, sequenceKey), i)
}

// schedule stores i and attempts it when it is due.
func (e *Engine) schedule(tx store.Tx, seq uint64, i invocation) error {
	if err := store.PutJSON(tx, invocationsTable, store.SequenceKey(seq), i); err != nil {
		return err
	}
	tx.OnCommit(func() { e.attemptAt(seq, i.Due) })
	return nil
}

func (e *Engine) attemptAt(seq uint64, due time.Time) {
	e.Clock.At(due, func() { e.report(e.attempt(seq)) })
}

// attempt runs the invocation at seq once and records what came of it.
func (e *Engine) attempt(seq uint64) error {
	var i *invocation
	err := e.Store.View(func(tx store.Tx) (err error) {
		i, err = store.GetJSON[invocation](tx, invocationsTable, store.SequenceKey(seq))
		return err
	})
	if err != nil || i == nil {
		return err
	}
	f, err := e.function(i.Function)
	if err != nil { // the function is no longer declared, and its queue goes with it
		return e.Store.Update(func(tx store.Tx) error { tx.Delete(invocationsTable, store.SequenceKey(seq)); return nil })
	}
	_, failure := e.run(context.Background(), f, i.RequestID, i.Payload)
	err = e.Store.Update(func(tx store.Tx) error {
		if failure == nil {
			tx.Delete(invocationsTable, store.SequenceKey(seq))
			return nil
		}
		return e.failed(tx, seq, *i, f, failure)
	})
	if err != nil {
		return fmt.Errorf("record invocation %s of function %s: %w", i.RequestID, i.Function, err)
	}
	return nil
}

// failed schedules the next attempt of i, or gives it up.
func (e *Engine) failed(tx store.Tx, seq uint64, i invocation, f *function, failure error) error {
	i.Failures++
	i.Due = e.Clock.Now().Add(time.Duration(i.Failures) * retryStep)
	switch {
	case i.Failures > f.retries:
		tx.Delete(invocationsTable, store.SequenceKey(seq))
		return e.giveUp(tx, i, f, "RetriesExhausted", failure)
	case i.Due.Sub(i.Queued) > f.MaxEventAge:
		tx.Delete(invocationsTable, store.SequenceKey(seq))
		return e.giveUp(tx, i, f, "EventAgeExceeded", failure)
	}
	return e.schedule(tx, seq, i)
}

func (e *Engine) resumeInvocations() error {
	return e.Store.View(func(tx store.Tx) error {
		for key, value := range tx.Scan(invocationsTable, nil) {
			i, err := store.ParseJSON[invocation](invocationsTable, value)
			if err != nil {
				return fmt.Errorf("invocation %x: %w", key, err)
			}
			e.attemptAt(binary.BigEndian.Uint64(key), i.Due)
		}
		return nil
	})
}

func (e *Engine) anyInvocation() (pending bool, err error) {
	err = e.Store.View(func(tx store.Tx) error {
		for range tx.Scan(invocationsTable, nil) {
			pending = true
			break
		}
		return nil
	})
	return pending, err
}
