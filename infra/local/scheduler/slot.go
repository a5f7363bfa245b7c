package scheduler

import (
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// wake claims the next slot of s, if it has one, when it is due.
func (e *Engine) wake(s *record) {
	if s.Next == nil {
		return
	}
	key := s.Spec.key()
	e.Clock.At(s.due(), func() {
		if err := e.claim(key); err != nil {
			e.report(fmt.Errorf("claim slot of schedule %s: %w", key, err))
		}
	})
}

// claim queues a delivery for each slot of a schedule that is due and not claimed
// yet, and goes on to the slot after them. It does nothing when none is: the
// schedule has changed since this was planned.
func (e *Engine) claim(key string) error {
	return e.Store.Update(func(tx store.Tx) error {
		s, err := store.GetJSON[record](tx, schedulesTable, []byte(key))
		now := e.Clock.Now()
		if err != nil || s == nil || s.Next == nil || s.due().After(now) {
			return err
		}
		x, err := s.Spec.expression()
		if err != nil {
			return err
		}
		var dropped missed
		for s.Next != nil && !s.due().After(now) {
			if now.Sub(s.due()) > s.Spec.Target.age() {
				dropped.add(*s.Next)
			} else if err := e.queue(tx, s); err != nil {
				return err
			}
			s.advance(x)
		}
		if dropped.count > 0 {
			tx.OnCommit(func() { e.report(dropped.error(s)) })
		}
		if err := e.save(tx, s); err != nil {
			return err
		}
		return e.complete(tx, key)
	})
}

// missed are slots that came due while no process ran, longer ago than the maximum event age.
type missed struct {
	count       int
	first, last time.Time
}

func (m *missed) add(slot time.Time) {
	if m.count == 0 {
		m.first = slot
	}
	m.count, m.last = m.count+1, slot
}

func (m *missed) error(s *record) error {
	return fmt.Errorf("schedule %s: %d slots from %s to %s were missed for longer than the maximum event age of %s, and are dropped",
		s.ARN, m.count, m.first.Format(time.RFC3339), m.last.Format(time.RFC3339), s.Spec.Target.age())
}

// complete deletes a schedule that asks for it, once it has no slots left and
// nothing of it is under way.
func (e *Engine) complete(tx store.Tx, key string) error {
	s, err := store.GetJSON[record](tx, schedulesTable, []byte(key))
	if err != nil || s == nil || s.Next != nil || s.Spec.State == Disabled || s.Spec.ActionAfterCompletion != DeleteAfterCompletion {
		return err
	}
	if !underWay(tx, key) {
		tx.Delete(schedulesTable, []byte(key))
	}
	return nil
}
