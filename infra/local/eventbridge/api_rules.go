package eventbridge

import (
	"cmp"
	"strings"
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
	RoleArn      string `json:",omitempty"`
}

func (r *rule) output() ruleOutput {
	return ruleOutput{r.Name, r.arn, r.Bus, string(r.Pattern), r.State, r.Description, r.RoleARN}
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
		return nil, noRule(name, b.name)
	}
	return r, nil
}

func noRule(name, bus string) error {
	return notFound("Rule %s does not exist on EventBus %s.", name, cmp.Or(bus, DefaultBus))
}

type listTargetsByRuleInput struct {
	Rule         string
	EventBusName string
	Limit        *int
	NextToken    string
}

type listTargetsByRuleOutput struct {
	Targets   []targetJSON
	NextToken string `json:",omitempty"`
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
	out := listTargetsByRuleOutput{Targets: []targetJSON{}, NextToken: next}
	for _, t := range targets {
		out.Targets = append(out.Targets, t.output())
	}
	return out, nil
}
