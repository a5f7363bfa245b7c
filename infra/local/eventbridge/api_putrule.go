package eventbridge

import (
	"encoding/json"

	"slipway/infra/local/awsjson"
	"slipway/shared/pattern"
)

type putRuleInput struct {
	Name               string
	EventBusName       string
	EventPattern       string
	ScheduleExpression string
	State              string
	Description        string
	RoleArn            string
}

type putRuleOutput struct{ RuleArn string }

// putRule makes a rule or changes one, whose targets stay, per the PutRule reference.
func (e *Engine) putRule(in putRuleInput) (any, error) {
	if in.EventPattern == "" && in.ScheduleExpression == "" {
		return nil, invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	if _, err := pattern.Parse([]byte(in.EventPattern)); in.EventPattern != "" && err != nil {
		return nil, awsjson.Errorf("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
	}
	r, err := e.change(in.EventBusName, in.Name, func(old *rule) (*RuleSpec, error) {
		spec := RuleSpec{Name: in.Name, Description: in.Description, Pattern: json.RawMessage(in.EventPattern),
			ScheduleExpression: in.ScheduleExpression, State: in.State, RoleARN: in.RoleArn}
		if old != nil {
			spec.Targets = old.Targets
		}
		return &spec, nil
	}, asGiven)
	if err != nil {
		return nil, refusal(err)
	}
	return putRuleOutput{r.arn}, nil
}

type deleteRuleInput struct {
	Name         string
	EventBusName string
	Force        bool // is for rules that services manage, of which there are none
}

// deleteRule succeeds as well when there is no such rule, per the DeleteRule reference.
func (e *Engine) deleteRule(in deleteRuleInput) (any, error) {
	_, err := e.change(in.EventBusName, in.Name, func(old *rule) (*RuleSpec, error) {
		if old != nil && len(old.targets) > 0 {
			return nil, invalid("Rule can't be deleted since it has targets.")
		}
		return nil, nil
	}, asGiven)
	return struct{}{}, err
}

type switchRuleInput struct {
	Name         string
	EventBusName string
}

// switchRule returns the operation that gives a rule a state.
func (e *Engine) switchRule(state string) func(switchRuleInput) (any, error) {
	return func(in switchRuleInput) (any, error) {
		_, err := e.revise(in.EventBusName, in.Name, func(spec *RuleSpec) { spec.State = state })
		return struct{}{}, err
	}
}

// revise changes the spec of an existing rule.
func (e *Engine) revise(busName, name string, change func(*RuleSpec)) (*rule, error) {
	r, err := e.change(busName, name, func(old *rule) (*RuleSpec, error) {
		if old == nil {
			return nil, noRule(name, busName)
		}
		spec := old.RuleSpec
		change(&spec)
		return &spec, nil
	}, asGiven)
	if err != nil {
		return nil, refusal(err)
	}
	return r, nil
}
