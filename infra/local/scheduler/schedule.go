package scheduler

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
	"slipway/shared/schedule"
)

// A record is what the store holds of a schedule.
type record struct {
	Spec     Spec
	ARN      string
	Created  time.Time
	Modified time.Time
	Next     *time.Time `json:",omitempty"` // the slot that comes next; nil when there is none
	Last     *time.Time `json:",omitempty"` // the slot that was claimed last; nil when none was
}

// CreateSchedule makes the schedule of a stack, or changes the one of that name to
// spec. As CloudFormation, it acts on a spec only when it differs from the one that
// it got last under that name, so that neither a restart nor a change made through
// the API is undone, and no slot is lost or doubled.
func (e *Engine) CreateSchedule(spec Spec) error {
	spec = spec.withDefaults()
	err := e.validate(spec)
	if err == nil {
		err = e.Store.Update(func(tx store.Tx) error { return e.declare(tx, spec) })
	}
	if err != nil {
		return fmt.Errorf("schedule %s: %w", spec.key(), err)
	}
	return nil
}

func (e *Engine) declare(tx store.Tx, spec Spec) error {
	declared, err := json.Marshal(spec)
	if err != nil || bytes.Equal(tx.Get(declaredTable, []byte(spec.key())), declared) {
		return err
	}
	tx.Put(declaredTable, []byte(spec.key()), declared)
	old, err := e.lookup(tx, spec)
	if err != nil {
		return err
	}
	return e.put(tx, old, spec)
}

// lookup returns the schedule that has the name of spec, or nil.
func (e *Engine) lookup(tx store.Tx, spec Spec) (*record, error) {
	return store.GetJSON[record](tx, schedulesTable, []byte(spec.key()))
}

// existing returns the schedule that has the name of spec, or says that there is none.
func (e *Engine) existing(tx store.Tx, spec Spec) (*record, error) {
	if err := checkName("name", spec.Name); err != nil {
		return nil, err
	}
	if _, err := existingGroup(tx, spec.GroupName); err != nil {
		return nil, err
	}
	s, err := e.lookup(tx, spec)
	if err == nil && s == nil {
		err = &awsjson.Error{Code: "ResourceNotFoundException", Status: http.StatusNotFound, Message: "Schedule " + spec.Name + " does not exist."}
	}
	return s, err
}

// put makes the schedule of a valid spec, in place of old when that isn't nil. Its slots
// begin anew when it is to run at other times than old.
func (e *Engine) put(tx store.Tx, old *record, spec Spec) error {
	if _, err := existingGroup(tx, spec.GroupName); err != nil {
		return err
	}
	now := e.Clock.Now()
	s := &record{Spec: spec, ARN: e.ARN(spec.GroupName, spec.Name), Created: now, Modified: now}
	if old != nil {
		s.Created, s.Last = old.Created, old.Last
	}
	if old != nil && sameTiming(spec, old.Spec) {
		s.Next = old.Next
		return s.write(tx)
	}
	if err := s.begin(now); err != nil {
		return err
	}
	return e.save(tx, s)
}

// sameTiming tells whether a and b run at the same times.
func sameTiming(a, b Spec) bool {
	return a.ScheduleExpression == b.ScheduleExpression && a.ScheduleExpressionTimezone == b.ScheduleExpressionTimezone &&
		a.FlexibleTimeWindow == b.FlexibleTimeWindow && a.State == b.State &&
		sameDate(a.StartDate, b.StartDate) && sameDate(a.EndDate, b.EndDate)
}

func sameDate(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// begin sets the first slot. It is one that hasn't been claimed, even when the
// schedule changes within the second of a slot.
func (s *record) begin(now time.Time) error {
	x, err := s.Spec.expression()
	if err != nil || s.Spec.State == Disabled {
		return err
	}
	slot, ok := x.First(s.Spec.StartDate, now)
	for ok && s.Last != nil && !slot.After(*s.Last) {
		slot, ok = x.Next(slot)
	}
	s.take(x, slot, ok)
	return nil
}

// advance goes on to the slot after the next one.
func (s *record) advance(x schedule.Expression) {
	s.Last = s.Next
	slot, ok := x.Next(*s.Last)
	s.take(x, slot, ok)
}

// take makes slot the next one, if there is one and it isn't beyond the end.
func (s *record) take(x schedule.Expression, slot time.Time, ok bool) {
	s.Next = nil
	if ok && (x.OneTime() || s.Spec.EndDate == nil || !slot.After(*s.Spec.EndDate)) {
		s.Next = &slot
	}
}

// due returns when the next slot is to be invoked: at once, or within the flexible time window.
func (s *record) due() time.Time {
	window := uint64(s.Spec.FlexibleTimeWindow.MaximumWindowInMinutes) * uint64(time.Minute/time.Second)
	if window == 0 {
		return *s.Next
	}
	h := fnv.New64a()
	fmt.Fprint(h, s.ARN, " ", s.Next.Unix()) // a hash takes everything
	return s.Next.Add(time.Duration(h.Sum64()%window) * time.Second)
}

// write stores s.
func (s *record) write(tx store.Tx) error {
	return store.PutJSON(tx, schedulesTable, []byte(s.Spec.key()), s)
}

// save stores s, whose next slot is a new one.
func (e *Engine) save(tx store.Tx, s *record) error {
	tx.OnCommit(func() { e.wake(s) })
	return s.write(tx)
}
