package eventbridge

import (
	"slices"
	"time"
)

// A targetJSON is a target of a rule as the API has it.
type targetJSON struct {
	Id               string
	Arn              string
	RoleArn          string            `json:",omitempty"`
	Input            string            `json:",omitempty"`
	InputPath        string            `json:",omitempty"`
	InputTransformer *InputTransformer `json:",omitempty"`
	DeadLetterConfig *deadLetterConfig `json:",omitempty"`
	RetryPolicy      *retryPolicy      `json:",omitempty"`
}

type deadLetterConfig struct{ Arn string }

type retryPolicy struct {
	MaximumRetryAttempts     *int `json:",omitempty"`
	MaximumEventAgeInSeconds *int `json:",omitempty"`
}

func (t *target) output() targetJSON {
	out := targetJSON{Id: t.ID, Arn: t.ARN, RoleArn: t.RoleARN, Input: t.Input, InputPath: t.InputPath, InputTransformer: t.InputTransformer}
	if t.DeadLetterARN != "" {
		out.DeadLetterConfig = &deadLetterConfig{t.DeadLetterARN}
	}
	if t.RetryPolicy != (RetryPolicy{}) {
		seconds := int(t.age / time.Second)
		out.RetryPolicy = &retryPolicy{&t.retries, &seconds}
	}
	return out
}

// spec returns the target as rules hold it.
func (t targetJSON) spec() TargetSpec {
	spec := TargetSpec{ID: t.Id, ARN: t.Arn, RoleARN: t.RoleArn, Input: t.Input, InputPath: t.InputPath, InputTransformer: t.InputTransformer}
	if t.DeadLetterConfig != nil {
		spec.DeadLetterARN = t.DeadLetterConfig.Arn
	}
	if p := t.RetryPolicy; p != nil {
		spec.RetryPolicy.MaximumRetryAttempts = p.MaximumRetryAttempts
		if p.MaximumEventAgeInSeconds != nil {
			spec.RetryPolicy.MaximumEventAge = time.Duration(*p.MaximumEventAgeInSeconds) * time.Second
		}
	}
	return spec
}

type putTargetsInput struct {
	Rule         string
	EventBusName string
	Targets      []targetJSON
}

// A targetsOutput tells of entries that failed, of which there are none: a request is
// done as a whole or refused as a whole.
type targetsOutput struct {
	FailedEntryCount int
	FailedEntries    []struct{}
}

// putTargets adds targets to a rule, or replaces those with the same ids.
func (e *Engine) putTargets(in putTargetsInput) (any, error) {
	_, err := e.revise(in.EventBusName, in.Rule, func(spec *RuleSpec) {
		targets := slices.DeleteFunc(slices.Clone(spec.Targets), func(t TargetSpec) bool {
			return slices.ContainsFunc(in.Targets, func(n targetJSON) bool { return n.Id == t.ID })
		})
		for _, t := range in.Targets {
			targets = append(targets, t.spec())
		}
		spec.Targets = targets
	})
	return targetsOutput{FailedEntries: []struct{}{}}, err
}

type removeTargetsInput struct {
	Rule         string
	EventBusName string
	Ids          []string
	Force        bool // is for rules that services manage, of which there are none
}

// removeTargets removes targets from a rule; ids that it doesn't have are passed over.
func (e *Engine) removeTargets(in removeTargetsInput) (any, error) {
	_, err := e.revise(in.EventBusName, in.Rule, func(spec *RuleSpec) {
		spec.Targets = slices.DeleteFunc(slices.Clone(spec.Targets), func(t TargetSpec) bool { return slices.Contains(in.Ids, t.ID) })
	})
	return targetsOutput{FailedEntries: []struct{}{}}, err
}
