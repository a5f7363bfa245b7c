package scheduler

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// A scheduleRequest is that of CreateSchedule and UpdateSchedule.
type scheduleRequest struct {
	Spec
	StartDate   *date
	EndDate     *date
	ClientToken string
}

// A date is a time as the protocol writes it: seconds since 1970.
type date time.Time

// UnmarshalJSON implements [json.Unmarshaler].
func (d *date) UnmarshalJSON(data []byte) error {
	var seconds float64
	// A time in milliseconds must fit into an int64 with room to spare.
	const most = 1 << 42
	if err := json.Unmarshal(data, &seconds); err != nil || math.Abs(seconds) > most {
		return awsjson.Errorf("SerializationException", "The date %s must be a number of seconds since 1970", data)
	}
	*d = date(time.UnixMilli(int64(seconds * 1000)).UTC())
	return nil
}

// scheduleSpec reads and checks the body of a request for the schedule in its path.
func (e *Engine) scheduleSpec(r *http.Request) (spec Spec, token string, err error) {
	var in scheduleRequest
	if err := decode(r, &in); err != nil {
		return Spec{}, "", err
	}
	spec = in.Spec.withDefaults()
	spec.Name = r.PathValue("Name")
	spec.StartDate, spec.EndDate = (*time.Time)(in.StartDate), (*time.Time)(in.EndDate)
	return spec, in.ClientToken, e.validate(spec)
}

type scheduleAnswer struct{ ScheduleArn string }

func (e *Engine) createSchedule(r *http.Request, _ url.Values) (any, error) {
	spec, token, err := e.scheduleSpec(r)
	if err != nil {
		return nil, err
	}
	return e.once("CreateSchedule", token, spec, func(tx store.Tx) (any, error) {
		old, err := e.lookup(tx, spec)
		if err != nil {
			return nil, err
		}
		if old != nil {
			return nil, &awsjson.Error{Code: "ConflictException", Status: http.StatusConflict, Message: "Schedule " + spec.Name + " already exists."}
		}
		if err := e.checkStart(spec); err != nil {
			return nil, err
		}
		return scheduleAnswer{e.ARN(spec.GroupName, spec.Name)}, e.put(tx, nil, spec)
	})
}

// checkStart refuses a new schedule whose slots would begin in the past.
func (e *Engine) checkStart(spec Spec) error {
	const grace = 5 * time.Minute
	x, err := spec.expression()
	if err != nil || x.OneTime() || spec.StartDate == nil || !spec.StartDate.Before(e.Clock.Now().Add(-grace)) {
		return nil // an expression that can't be read is put's to refuse
	}
	return awsjson.Errorf("ValidationException", "The StartDate you specify cannot be earlier than 5 minutes ago.")
}

func (e *Engine) updateSchedule(r *http.Request, _ url.Values) (any, error) {
	spec, token, err := e.scheduleSpec(r)
	if err != nil {
		return nil, err
	}
	return e.once("UpdateSchedule", token, spec, func(tx store.Tx) (any, error) {
		old, err := e.existing(tx, spec)
		if err != nil {
			return nil, err
		}
		return scheduleAnswer{old.ARN}, e.put(tx, old, spec)
	})
}

// named returns a spec that only names the schedule that r is for.
func named(r *http.Request, query url.Values) Spec {
	return Spec{Name: r.PathValue("Name"), GroupName: query.Get("groupName")}.withDefaults()
}

func (e *Engine) getSchedule(r *http.Request, query url.Values) (out any, err error) {
	err = e.Store.View(func(tx store.Tx) error {
		s, err := e.existing(tx, named(r, query))
		if err == nil {
			out = s.describe()
		}
		return err
	})
	return out, err
}

// deleteSchedule deletes a schedule. What has been claimed of it is still delivered.
func (e *Engine) deleteSchedule(r *http.Request, query url.Values) (any, error) {
	spec := named(r, query)
	return e.once("DeleteSchedule", query.Get("clientToken"), spec, func(tx store.Tx) (any, error) {
		if _, err := e.existing(tx, spec); err != nil {
			return nil, err
		}
		tx.Delete(schedulesTable, []byte(spec.key()))
		return struct{}{}, nil
	})
}

// A description is the answer to GetSchedule.
type description struct {
	Arn string
	Spec
	StartDate            *awsjson.Time `json:",omitempty"`
	EndDate              *awsjson.Time `json:",omitempty"`
	CreationDate         awsjson.Time
	LastModificationDate awsjson.Time
}

func (s *record) describe() description {
	return description{Arn: s.ARN, Spec: s.Spec, StartDate: (*awsjson.Time)(s.Spec.StartDate), EndDate: (*awsjson.Time)(s.Spec.EndDate),
		CreationDate: awsjson.Time(s.Created), LastModificationDate: awsjson.Time(s.Modified)}
}
