package trigger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"slipway/events"
	"slipway/shared/pipeline"
)

// ruleClient is what Triggers needs of EventBridge; [eventbridge.Client] has it.
type ruleClient interface {
	ListRules(ctx context.Context, in *eventbridge.ListRulesInput, options ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error)
	PutRule(ctx context.Context, in *eventbridge.PutRuleInput, options ...func(*eventbridge.Options)) (*eventbridge.PutRuleOutput, error)
	DeleteRule(ctx context.Context, in *eventbridge.DeleteRuleInput, options ...func(*eventbridge.Options)) (*eventbridge.DeleteRuleOutput, error)
	ListTargetsByRule(ctx context.Context, in *eventbridge.ListTargetsByRuleInput, options ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error)
	PutTargets(ctx context.Context, in *eventbridge.PutTargetsInput, options ...func(*eventbridge.Options)) (*eventbridge.PutTargetsOutput, error)
	RemoveTargets(ctx context.Context, in *eventbridge.RemoveTargetsInput, options ...func(*eventbridge.Options)) (*eventbridge.RemoveTargetsOutput, error)
}

// RulePrefix begins the names of all rules that start runbooks; the rights of who
// writes and delivers them are bound to it.
const RulePrefix = "Slipway-Runbook_"

// ruleName returns the name of the rule for a runbook's event, which has at most 59 of
// the 64 characters that EventBridge allows. No project's prefix begins another's.
func ruleName(project, runbook string, n int) string {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s#%d", runbook, n)))
	return rulesPrefix(project) + hex.EncodeToString(sum[:6])
}

func rulesPrefix(project string) string { return RulePrefix + project + "_" }

// defaultBus is the name of the account's own bus.
const defaultBus = "default"

// A rule is what should be there.
type rule struct {
	name, description string
	pattern           json.RawMessage
	state             types.RuleState
	target            types.Target
}

func (t *Triggers) syncRules(ctx context.Context, project string, runbooks []Wanted) error {
	err := t.syncBus(ctx, t.config.Bus, project, t.wantedRules(project, pipeline.BusSlipway, runbooks))
	return errors.Join(err, t.syncBus(ctx, defaultBus, project, t.wantedRules(project, pipeline.BusDefault, runbooks)))
}

// wantedRules returns what should be on a bus.
func (t *Triggers) wantedRules(project string, bus pipeline.Bus, runbooks []Wanted) []rule {
	var all []rule
	for _, w := range runbooks {
		for i, e := range w.Runbook.Events {
			if e.Bus != bus {
				continue
			}
			r := rule{name: ruleName(project, w.Runbook.Name, i), pattern: t.pattern(e), state: types.RuleStateEnabled, target: t.target(project, w.Runbook.Name, e),
				description: fmt.Sprintf("Starts runbook %s of project %s.", w.Runbook.Name, project)}
			if w.Paused {
				r.state = types.RuleStateDisabled
			}
			all = append(all, r)
		}
	}
	return all
}

// pattern returns what a rule matches. The environments of other accounts and Regions
// send the events of their alarms to the default bus, too, for the steps that watch
// them, and may have alarms of the same names.
func (t *Triggers) pattern(e pipeline.RunbookEvent) json.RawMessage {
	body, ok := bytes.CutPrefix(e.Pattern, []byte("{"))
	if e.Alarm == "" || !ok {
		return e.Pattern
	}
	return fmt.Appendf(nil, `{"account":[%s],"region":[%s],%s`, quoted(t.config.Account), quoted(t.config.Region), body)
}

// target returns where a rule leads: to startrunbook, with what an event that comes
// again is known by. That is its id; but one of Slipway's own that is published again
// has another id, and tells of the same record.
func (t *Triggers) target(project, runbook string, e pipeline.RunbookEvent) types.Target {
	paths, further := map[string]string{"id": "$.id"}, ""
	switch {
	case e.Alarm != "":
		further = fmt.Sprintf(`,"alarm":%s`, quoted(e.Alarm))
	case e.Bus == pipeline.BusSlipway:
		// In quotes: of an event that tells of no record, nothing is filled in.
		paths["record"], further = "$.detail.record.hash", `,"record":"<record>"`
	}
	template := fmt.Sprintf(`{"source":%s,"detail-type":%s,"detail":{"project":%s,"runbook":%s,"id":<id>%s}}`,
		quoted(events.Source), quoted(Happened), quoted(project), quoted(runbook), further)
	return types.Target{Id: aws.String("startrunbook"), Arn: &t.config.Function,
		InputTransformer: &types.InputTransformer{InputPathsMap: paths, InputTemplate: &template},
		DeadLetterConfig: &types.DeadLetterConfig{Arn: &t.config.DeadLetters},
		RetryPolicy:      &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(maxAge), MaximumRetryAttempts: aws.Int32(maxRetries)}}
}

// quoted returns text as a JSON string in which no placeholder begins.
func quoted(text string) string {
	data, err := json.Marshal(text) // writes < as \u003c
	if err != nil {
		return `""` // a string always has a JSON form
	}
	return string(data)
}

func (t *Triggers) syncBus(ctx context.Context, bus, project string, wanted []rule) error {
	present, err := t.presentRules(ctx, bus, project)
	if err != nil {
		return err
	}
	var failed error // one that EventBridge refuses holds no other up
	for _, r := range wanted {
		if err := t.syncRule(ctx, bus, r, present[r.name]); err != nil {
			failed = errors.Join(failed, fmt.Errorf("rule %s: %w", r.name, err))
		}
		delete(present, r.name)
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		if err := t.removeRule(ctx, bus, name); err != nil {
			failed = errors.Join(failed, fmt.Errorf("remove rule %s: %w", name, err))
		}
	}
	return failed
}

// presentRules returns the project's rules on a bus by name.
func (t *Triggers) presentRules(ctx context.Context, bus, project string) (map[string]*types.Rule, error) {
	all := map[string]*types.Rule{}
	in := &eventbridge.ListRulesInput{EventBusName: &bus, NamePrefix: aws.String(rulesPrefix(project))}
	for {
		page, err := t.rules.ListRules(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list rules: %w", err)
		}
		for _, r := range page.Rules {
			all[aws.ToString(r.Name)] = &r
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return all, nil
		}
	}
}

// syncRule makes a rule with its target what it should be. The rule is there, disabled
// or not, before its target, as EventBridge requires; a crash between the two is mended
// by the next call.
func (t *Triggers) syncRule(ctx context.Context, bus string, wanted rule, found *types.Rule) error {
	if found == nil || found.State != wanted.state || !sameJSON(aws.ToString(found.EventPattern), string(wanted.pattern)) {
		_, err := t.rules.PutRule(ctx, &eventbridge.PutRuleInput{EventBusName: &bus, Name: &wanted.name, Description: &wanted.description,
			EventPattern: aws.String(string(wanted.pattern)), State: wanted.state})
		if err != nil {
			return err
		}
	}
	targets, err := t.rules.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{EventBusName: &bus, Rule: &wanted.name})
	if err != nil {
		return err
	}
	if len(targets.Targets) == 1 && alike(targets.Targets[0], wanted.target) {
		return nil
	}
	if err := t.removeTargets(ctx, bus, wanted.name, others(targets.Targets, *wanted.target.Id)); err != nil {
		return err
	}
	out, err := t.rules.PutTargets(ctx, &eventbridge.PutTargetsInput{EventBusName: &bus, Rule: &wanted.name, Targets: []types.Target{wanted.target}})
	if err == nil && out.FailedEntryCount > 0 {
		err = fmt.Errorf("put target: %s", aws.ToString(out.FailedEntries[0].ErrorMessage))
	}
	return err
}

func sameJSON(a, b string) bool {
	var left, right any
	if json.Unmarshal([]byte(a), &left) != nil || json.Unmarshal([]byte(b), &right) != nil {
		return false
	}
	return alike(left, right)
}

// others returns the ids of the targets but the given one.
func others(targets []types.Target, id string) []string {
	var ids []string
	for _, target := range targets {
		if found := aws.ToString(target.Id); found != id {
			ids = append(ids, found)
		}
	}
	return ids
}

func (t *Triggers) removeTargets(ctx context.Context, bus, name string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	out, err := t.rules.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{EventBusName: &bus, Rule: &name, Ids: ids})
	if err == nil && out.FailedEntryCount > 0 {
		err = fmt.Errorf("remove target: %s", aws.ToString(out.FailedEntries[0].ErrorMessage))
	}
	return err
}

// removeRule removes a rule with its targets, without which it can't go.
func (t *Triggers) removeRule(ctx context.Context, bus, name string) error {
	targets, err := t.rules.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{EventBusName: &bus, Rule: &name})
	if err == nil {
		err = t.removeTargets(ctx, bus, name, others(targets.Targets, ""))
	}
	if err == nil {
		_, err = t.rules.DeleteRule(ctx, &eventbridge.DeleteRuleInput{EventBusName: &bus, Name: &name})
	}
	if gone := (*types.ResourceNotFoundException)(nil); errors.As(err, &gone) {
		return nil
	}
	return err
}
