package eventbridge

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"slipway/shared/pattern"
)

var (
	busName  = regexp.MustCompile(`^[A-Za-z0-9/._-]{1,256}$`)
	ruleName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
)

// The quotas of EventBridge that can't be raised, or that nobody should reach.
const (
	maxRules   = 300 // a bus
	maxTargets = 5   // a rule
)

// The states of a rule.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"
)

// A RuleSpec describes a rule.
type RuleSpec struct {
	Name        string
	Description string
	Bus         string // name or ARN; empty for the default bus
	// Pattern is the event pattern as JSON.
	Pattern json.RawMessage
	// State is Enabled or Disabled; empty means Enabled.
	State string
	// ScheduleExpression must be empty: schedules belong to EventBridge Scheduler.
	ScheduleExpression string
	RoleARN            string // kept and shown, and has no effect on one machine
	Targets            []TargetSpec
}

// A rule is a RuleSpec with its pattern parsed and its targets resolved.
type rule struct {
	RuleSpec
	arn     string
	pattern pattern.Pattern
	targets []*target // by id
}

func (e *Engine) ruleARN(bus, name string) string {
	if bus == DefaultBus {
		return e.arn("rule/" + name)
	}
	return e.arn("rule/" + bus + "/" + name)
}

// newRule returns the rule of spec on the bus called bus, or what is wrong with it.
func (e *Engine) newRule(spec RuleSpec, bus string) (*rule, error) {
	r := &rule{RuleSpec: spec, arn: e.ruleARN(bus, spec.Name)}
	r.Bus = bus
	if r.State == "" {
		r.State = Enabled
	}
	switch {
	case !ruleName.MatchString(spec.Name):
		return nil, fmt.Errorf("the name must be 1 to 64 letters, digits and ._-")
	case spec.ScheduleExpression != "":
		return nil, fmt.Errorf("schedule %s is not supported on a rule; make it a schedule of EventBridge Scheduler", spec.ScheduleExpression)
	case r.State != Enabled && r.State != Disabled:
		return nil, fmt.Errorf("state %s is not supported; use %s or %s", r.State, Enabled, Disabled)
	case len(spec.Targets) > maxTargets:
		return nil, limitExceeded("%d targets are more than the limit of %d", len(spec.Targets), maxTargets)
	}
	var err error
	if r.pattern, err = pattern.Parse(spec.Pattern); err != nil {
		return nil, err
	}
	sorted := slices.SortedFunc(slices.Values(spec.Targets), func(a, b TargetSpec) int { return strings.Compare(a.ID, b.ID) })
	for i, t := range sorted {
		if i > 0 && sorted[i-1].ID == t.ID {
			return nil, fmt.Errorf("target %s occurs twice", t.ID)
		}
		resolved, err := e.newTarget(t)
		if err != nil {
			return nil, fmt.Errorf("target %s: %w", t.ID, err)
		}
		r.targets = append(r.targets, resolved)
	}
	return r, nil
}

// sorted returns the rules of b by name.
func (b *bus) sorted() []*rule {
	rules := make([]*rule, 0, len(b.rules))
	for _, name := range slices.Sorted(maps.Keys(b.rules)) {
		rules = append(rules, b.rules[name])
	}
	return rules
}
