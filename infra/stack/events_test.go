package stack_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

// matchers are the operators that an event pattern may use, per "Comparison
// operators for use in event patterns" of the EventBridge user guide.
var matchers = []string{"prefix", "suffix", "anything-but", "numeric", "cidr", "exists", "equals-ignore-case", "wildcard"}

// checkPattern reports what EventBridge would refuse: a field is an object of
// fields or a list of values and matchers that is not empty.
func checkPattern(path string, p any) error {
	fields, ok := p.(map[string]any)
	if !ok || len(fields) == 0 {
		return fmt.Errorf("%s: want an object with fields", path)
	}
	for name, value := range fields {
		list, ok := value.([]any)
		if !ok {
			if err := checkPattern(path+"."+name, value); err != nil {
				return err
			}
			continue
		}
		if len(list) == 0 {
			return fmt.Errorf("%s.%s: an empty list matches nothing", path, name)
		}
		for _, v := range list {
			if err := checkValue(path+"."+name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkValue(path string, value any) error {
	m, ok := value.(map[string]any)
	if !ok || target(value) != "" {
		return nil
	}
	for name := range m {
		if len(m) != 1 || !slices.Contains(matchers, name) {
			return fmt.Errorf("%s: %v is no matcher", path, m)
		}
	}
	return nil
}

func TestEventPatternsAreValid(t *testing.T) {
	envelope := []string{"source", "detail-type", "detail", "resources", "account", "region", "id", "time", "version"}
	for id, rule := range load(t).of(t, "AWS::Events::Rule") {
		if err := checkPattern(id, rule.at("EventPattern")); err != nil {
			t.Error(err)
		}
		for name := range rule.at("EventPattern").(map[string]any) {
			if !slices.Contains(envelope, name) {
				t.Errorf("%s matches %q, which no event has", id, name)
			}
		}
		if rule.at("EventPattern", "source") == nil || rule.at("EventPattern", "detail-type") == nil {
			t.Errorf("%s does not say whose events of which type it takes", id)
		}
	}
}

func TestStreamFiltersAreValid(t *testing.T) {
	for id, source := range load(t).of(t, "AWS::Lambda::EventSourceMapping") {
		for _, filter := range source.at("FilterCriteria", "Filters").([]any) {
			var p any
			if err := json.Unmarshal([]byte(filter.(map[string]any)["Pattern"].(string)), &p); err != nil {
				t.Errorf("%s: %v", id, err)
			}
			if err := checkPattern(id, p); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestEveryRuleTargetHasADeadLetterQueueThatItMayUse(t *testing.T) {
	d := load(t)
	allowed := map[string][]any{} // queue → ARNs of rules that may send to it
	for _, policy := range d.of(t, "AWS::SQS::QueuePolicy") {
		rules, _ := policy.at("PolicyDocument", "Statement", 1, "Condition", "ArnEquals", "aws:SourceArn").([]any)
		allowed[target(policy.at("Queues", 0))] = rules
	}
	for id, rule := range d.of(t, "AWS::Events::Rule") {
		for i := range rule.at("Targets").([]any) {
			queue := target(rule.at("Targets", i, "DeadLetterConfig", "Arn"))
			if !slices.ContainsFunc(allowed[queue], func(arn any) bool { return target(arn) == id }) {
				t.Errorf("%s may not send what it can't deliver to %q", id, queue)
			}
		}
	}
}

// rulesTo returns the rules whose target is of a type.
func (d document) rulesTo(t *testing.T, kind string) map[string]resource {
	t.Helper()
	found := map[string]resource{}
	for id, rule := range d.of(t, "AWS::Events::Rule") {
		if d.Resources[target(rule.at("Targets", 0, "Arn"))].Type == kind {
			found[id] = rule
		}
	}
	if len(found) == 0 {
		t.Fatalf("no rule has a target of the type %s", kind)
	}
	return found
}

func TestEveryRuleHasOneTargetWhichIsAFunctionOrATopic(t *testing.T) {
	d := load(t)
	for id, rule := range d.of(t, "AWS::Events::Rule") {
		kind := d.Resources[target(rule.at("Targets", 0, "Arn"))].Type
		if kind != "AWS::Lambda::Function" && kind != "AWS::SNS::Topic" || rule.at("Targets", 1) != nil {
			t.Errorf("%s has the targets %v", id, rule.at("Targets"))
		}
	}
}

func TestEveryRuleMayInvokeItsFunction(t *testing.T) {
	d := load(t)
	permitted := map[[2]string]bool{}
	for _, p := range d.of(t, "AWS::Lambda::Permission") {
		permitted[[2]string{target(p.at("SourceArn")), target(p.at("FunctionName"))}] = true
	}
	for id, rule := range d.rulesTo(t, "AWS::Lambda::Function") {
		if function := target(rule.at("Targets", 0, "Arn")); !permitted[[2]string{id, function}] {
			t.Errorf("%s may not invoke %s", id, function)
		}
	}
}
