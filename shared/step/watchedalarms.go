package step

import (
	"context"
	"encoding/json"
)

// watchedAlarms are alarms that must stay out of ALARM while a step of another kind than
// [alarm] does its work; there may be none.
type watchedAlarms textList

// UnmarshalJSON implements [json.Unmarshaler].
func (a *watchedAlarms) UnmarshalJSON(raw []byte) error { return (*textList)(a).UnmarshalJSON(raw) }

// parameters returns what an alarm step for them would be given.
func (a watchedAlarms) parameters() (alarmParameters, *Problem) {
	with, err := json.Marshal(map[string][]string{"alarms": a})
	if err != nil {
		return alarmParameters{}, &Problem{"alarms", err.Error(), "name alarms, such as [storefront-errors]"}
	}
	return parseAlarm(with)
}

// check returns a problem with names that can't be those of alarms.
func (a watchedAlarms) check() *Problem {
	if a == nil {
		return nil
	}
	_, problem := a.parameters()
	return problem
}

// templates returns the templates that their names are.
func (a watchedAlarms) templates() []Template { return textList(a).templates("alarms") }

// look returns a [*Failure] when one of them is in ALARM, or isn't there.
func (a watchedAlarms) look(ctx context.Context, d Dependencies, w Work) error {
	if len(a) == 0 {
		return nil
	}
	p, problem := a.parameters()
	if problem != nil {
		return problem.failure()
	}
	return p.look(ctx, d, w)
}
