package cloudwatch

import (
	"encoding/base64"
	"fmt"
	"iter"
	"slices"
	"strings"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// The members of a page of DescribeAlarms and DescribeAlarmHistory, per their reference.
const (
	defaultRecords = 50
	maxRecords     = 100
)

// maxNames is the most alarms that one request names.
const maxNames = 100

func (e *Engine) putMetricAlarm(in Spec) (any, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	return record{}, e.Store.Update(func(tx store.Tx) error { return e.put(tx, in) })
}

type alarmNamesInput struct{ AlarmNames []string }

func (in alarmNamesInput) validate() error {
	return check(constraint{len(in.AlarmNames) <= maxNames, "alarmNames", len(in.AlarmNames), fmt.Sprintf("have at most %d members", maxNames)})
}

// deleteAlarms deletes all or none, per the DeleteAlarms reference. Their history stays.
func (e *Engine) deleteAlarms(in alarmNamesInput) (any, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	return record{}, e.Store.Update(func(tx store.Tx) error {
		for _, name := range in.AlarmNames {
			if _, err := existing(tx, name); err != nil {
				return err
			}
			tx.Delete(alarmsTable, []byte(name))
			if err := e.note(tx, name, configurationUpdate, fmt.Sprintf("Alarm %q deleted", name), map[string]any{"version": "1.0", "type": titled("deleted")}); err != nil {
				return err
			}
		}
		return nil
	})
}

// switchActions returns the operation that enables or disables the actions of alarms.
// Names of no alarm are passed over: the reference has no error for them.
func (e *Engine) switchActions(enabled bool) func(alarmNamesInput) (any, error) {
	return func(in alarmNamesInput) (any, error) {
		if err := in.validate(); err != nil {
			return nil, err
		}
		return record{}, e.Store.Update(func(tx store.Tx) error {
			for _, name := range in.AlarmNames {
				a, err := find(tx, name)
				if err != nil {
					return err
				}
				if a == nil {
					continue
				}
				spec := a.Spec
				spec.ActionsEnabled = &enabled
				if err := e.put(tx, spec); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

type describeAlarmsInput struct {
	AlarmNames      []string
	AlarmNamePrefix string
	AlarmTypes      []string
	StateValue      string
	ActionPrefix    string
	MaxRecords      *int
	NextToken       string
}

func (in describeAlarmsInput) validate() error {
	return check(
		constraint{len(in.AlarmNames) <= maxNames, "alarmNames", len(in.AlarmNames), fmt.Sprintf("have at most %d members", maxNames)},
		constraint{len(in.AlarmNames) == 0 || in.AlarmNamePrefix == "", "alarmNamePrefix", in.AlarmNamePrefix, "be absent when alarmNames is given"},
		oneOf("stateValue", in.StateValue, "", OK, Alarm, InsufficientData),
	)
}

// wants tells whether a is one of the alarms that are asked for.
func (in describeAlarmsInput) wants(a *alarm) bool {
	return (len(in.AlarmNames) == 0 || slices.Contains(in.AlarmNames, a.AlarmName)) && strings.HasPrefix(a.AlarmName, in.AlarmNamePrefix) &&
		(len(in.AlarmTypes) == 0 || slices.Contains(in.AlarmTypes, "MetricAlarm")) &&
		(in.StateValue == "" || in.StateValue == a.State.Value) && (in.ActionPrefix == "" || a.acts(in.ActionPrefix))
}

// describeAlarms lists alarms by name; the token is the name that the next page begins with.
func (e *Engine) describeAlarms(in describeAlarmsInput) (any, error) {
	limit, err := pageSize(in.MaxRecords)
	if err == nil {
		err = in.validate()
	}
	from, malformed := base64.RawURLEncoding.DecodeString(in.NextToken)
	if err == nil && malformed != nil {
		err = awsjson.Errorf("InvalidNextToken", "Invalid NextToken: %s", in.NextToken)
	}
	if err != nil {
		return nil, err
	}
	answer, found := record{"CompositeAlarms": []any{}}, []any{}
	err = e.Store.View(func(tx store.Tx) error {
		for a, err := range alarms(tx, from) {
			if err != nil {
				return err
			}
			if !in.wants(a) {
				continue
			}
			if len(found) == limit {
				answer["NextToken"] = base64.RawURLEncoding.EncodeToString([]byte(a.AlarmName))
				return nil
			}
			found = append(found, e.describe(a))
		}
		return nil
	})
	answer["MetricAlarms"] = found
	return answer, err
}

// pageSize returns how many records a page has.
func pageSize(asked *int) (int, error) {
	if asked == nil {
		return defaultRecords, nil
	}
	return *asked, check(constraint{*asked >= 1 && *asked <= maxRecords, "maxRecords", *asked, fmt.Sprintf("be between 1 and %d", maxRecords)})
}

// alarms yields the alarms by name, from the first at or after from.
func alarms(tx store.Tx, from []byte) iter.Seq2[*alarm, error] {
	return func(yield func(*alarm, error) bool) {
		for _, value := range tx.Scan(alarmsTable, from) {
			a, err := store.ParseJSON[alarm](alarmsTable, value)
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}
