package eventbridge

import (
	"strings"
	"time"
)

// page returns the items from the one called token on that have the prefix, up
// to limit of them, and the name of the next one. The items are sorted by name.
func page[T any](items []T, name func(T) string, prefix, token string, limit *int) (found []T, next string, err error) {
	const maxLimit = 100
	most := maxLimit
	if limit != nil {
		if most = *limit; most < 1 || most > maxLimit {
			return nil, "", invalid("Value '%d' at 'limit' failed to satisfy constraint: Member must be between 1 and %d", most, maxLimit)
		}
	}
	found = []T{}
	for _, item := range items {
		if !strings.HasPrefix(name(item), prefix) || name(item) < token {
			continue
		}
		if len(found) == most {
			return found, name(item), nil
		}
		found = append(found, item)
	}
	return found, "", nil
}

type ruleOutput struct {
	Name         string
	Arn          string
	EventBusName string
	EventPattern string
	State        string
	Description  string `json:",omitempty"`
}

func (r *rule) output() ruleOutput {
	return ruleOutput{r.Name, r.arn, r.Bus, string(r.Pattern), r.State, r.Description}
}

type listRulesInput struct {
	EventBusName string
	NamePrefix   string
	Limit        *int
	NextToken    string
}

type listRulesOutput struct {
	Rules     []ruleOutput
	NextToken string `json:",omitempty"`
}

func (e *Engine) listRules(in listRulesInput) (any, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	b, err := e.bus(in.EventBusName)
	if err != nil {
		return nil, err
	}
	rules, next, err := page(b.sorted(), func(r *rule) string { return r.Name }, in.NamePrefix, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := listRulesOutput{Rules: []ruleOutput{}, NextToken: next}
	for _, r := range rules {
		out.Rules = append(out.Rules, r.output())
	}
	return out, nil
}

type describeRuleInput struct {
	Name         string
	EventBusName string
}

func (e *Engine) describeRule(in describeRuleInput) (any, error) {
	r, err := e.rule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	return r.output(), nil
}

// rule returns the rule with the given name on the bus with the given name or ARN.
func (e *Engine) rule(busName, name string) (*rule, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	b, err := e.bus(busName)
	if err != nil {
		return nil, err
	}
	r := b.rules[name]
	if r == nil {
		return nil, noRule(name, b)
	}
	return r, nil
}

func noRule(name string, b *bus) error {
	return notFound("Rule %s does not exist on EventBus %s.", name, b.name)
}

type switchRuleInput struct {
	Name         string
	EventBusName string
}

// switchRule returns the operation that gives a rule a state, which lasts until the
// rule is made anew at the next start.
func (e *Engine) switchRule(state string) func(switchRuleInput) (any, error) {
	return func(in switchRuleInput) (any, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		b, err := e.bus(in.EventBusName)
		if err != nil {
			return nil, err
		}
		r := b.rules[in.Name]
		if r == nil {
			return nil, noRule(in.Name, b)
		}
		switched := *r // deliveries that are being made go on with the rule as it was
		switched.State = state
		b.rules[in.Name] = &switched
		return struct{}{}, nil
	}
}

type listTargetsByRuleInput struct {
	Rule         string
	EventBusName string
	Limit        *int
	NextToken    string
}

type listTargetsByRuleOutput struct {
	Targets   []targetOutput
	NextToken string `json:",omitempty"`
}

type targetOutput struct {
	Id               string
	Arn              string
	Input            string            `json:",omitempty"`
	InputPath        string            `json:",omitempty"`
	InputTransformer *InputTransformer `json:",omitempty"`
	DeadLetterConfig *deadLetterConfig `json:",omitempty"`
	RetryPolicy      *retryPolicy      `json:",omitempty"`
}

type deadLetterConfig struct{ Arn string }

type retryPolicy struct {
	MaximumRetryAttempts     int
	MaximumEventAgeInSeconds int
}

func (t *target) output() targetOutput {
	out := targetOutput{Id: t.ID, Arn: t.ARN, Input: t.Input, InputPath: t.InputPath, InputTransformer: t.InputTransformer}
	if t.DeadLetterARN != "" {
		out.DeadLetterConfig = &deadLetterConfig{t.DeadLetterARN}
	}
	if t.RetryPolicy != (RetryPolicy{}) {
		out.RetryPolicy = &retryPolicy{t.retries, int(t.age / time.Second)}
	}
	return out
}

func (e *Engine) listTargetsByRule(in listTargetsByRuleInput) (any, error) {
	r, err := e.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	targets, next, err := page(r.targets, func(t *target) string { return t.ID }, "", in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := listTargetsByRuleOutput{Targets: []targetOutput{}, NextToken: next}
	for _, t := range targets {
		out.Targets = append(out.Targets, t.output())
	}
	return out, nil
}
