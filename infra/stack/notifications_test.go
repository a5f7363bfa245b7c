package stack_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestATopicTakesMessagesFromAlarmsAndFromRulesByARoleOnly(t *testing.T) {
	d := load(t)
	for id, policy := range d.of(t, "AWS::SNS::TopicPolicy") {
		for _, entry := range policy.at("PolicyDocument", "Statement").([]any) {
			s := resource{Properties: entry.(map[string]any)}
			if s.at("Effect") != "Deny" && s.at("Principal", "Service") != "cloudwatch.amazonaws.com" {
				t.Errorf("%s lets %v in", id, s.at("Principal"))
			}
		}
	}
	for id, rule := range d.rulesTo(t, "AWS::SNS::Topic") {
		topic, role := target(rule.at("Targets", 0, "Arn")), target(rule.at("Targets", 0, "RoleArn"))
		var allowed []string
		for _, s := range d.statements(t) {
			if target(d.Resources[s.holder].at("Roles", 0)) == role {
				allowed = append(allowed, s.actions...)
				allowed = append(allowed, target(s.resources[0]))
			}
		}
		if !slices.Equal(allowed, []string{"sns:Publish", topic}) {
			t.Errorf("%s acts by the role %s, which allows %v", id, role, allowed)
		}
	}
}

// A rule that another role names would publish in vain.
func TestARoleIsBoundToTheRuleThatUsesIt(t *testing.T) {
	d := load(t)
	for id, rule := range d.rulesTo(t, "AWS::SNS::Topic") {
		role := d.Resources[target(rule.at("Targets", 0, "RoleArn"))]
		trusted, err := json.Marshal(role.at("AssumeRolePolicyDocument", "Statement", 0, "Condition", "ArnLike", "aws:SourceArn"))
		if err != nil {
			t.Fatal(err)
		}
		name, _ := rule.at("Name").(string)
		if name == "" || !strings.Contains(string(trusted), `["/",[{"Ref":"`+target(rule.at("EventBusName"))+`"},"`+name+`"]]`) {
			t.Errorf("%s is called %q; its role trusts %s", id, name, trusted)
		}
	}
}

var variable = regexp.MustCompile(`<(\w+)>`)

// TestTheMessageOfAnApprovalHoldsWhatItsEventHas fills every variable with the JSON
// of its value, as EventBridge does outside of texts.
func TestTheMessageOfAnApprovalHoldsWhatItsEventHas(t *testing.T) {
	source, err := os.ReadFile("../../events/examples/deployment.awaiting-approval.v1.json")
	if err != nil {
		t.Fatal(err)
	}
	event := resource{Properties: map[string]any{}}
	if err := json.Unmarshal(source, &event.Properties); err != nil {
		t.Fatal(err)
	}
	transformer := load(t).Resources["ApprovalAsked"].at("Targets", 0, "InputTransformer").(map[string]any)
	paths := transformer["InputPathsMap"].(map[string]any)
	used := map[string]bool{}
	filled := variable.ReplaceAllStringFunc(transformer["InputTemplate"].(string), func(name string) string {
		name = strings.Trim(name, "<>")
		used[name] = true
		path, _ := paths[name].(string)
		var keys []any
		for key := range strings.SplitSeq(strings.TrimPrefix(path, "$.detail."), ".") {
			keys = append(keys, key)
		}
		value, err := json.Marshal(event.at(keys...))
		if err != nil || event.at(keys...) == nil {
			t.Errorf("<%s>, at %q, is not in the event", name, path)
		}
		return string(value)
	})
	for name := range paths {
		if !used[name] {
			t.Errorf("<%s> is not used", name)
		}
	}
	const input = `{"deployment":"storefront_12_production_1","plan":"sha256:64879f7d6b960a01909762d911a32d4582c20010c5641ee90278b644a9e3b525","decision":"approve","note":""}`
	if !slices.Contains(strings.Split(filled, "\n"), input) {
		t.Errorf("no line of the message is %s:\n%s", input, filled)
	}
}
