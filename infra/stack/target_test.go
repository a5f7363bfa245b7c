package stack_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/infra/stack"
	"slipway/infra/template"
)

// places synthesizes the stacks for testdata/platform.yaml, and returns the folder that
// holds them.
func places(t *testing.T) string {
	t.Helper()
	p, err := readPlatform("testdata/platform.yaml")
	if err != nil {
		t.Fatal(err)
	}
	outdir := t.TempDir()
	if _, err := stack.Synthesize(p, outdir); err != nil {
		t.Fatal(err)
	}
	return outdir
}

func TestPlaces(t *testing.T) {
	outdir := places(t)
	hub, far := readTemplate(t, outdir, "Slipway"), readTemplate(t, outdir, "SlipwayTarget-production")
	t.Run("the template of a target is the golden one", func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join(outdir, "SlipwayTarget-production.template.json"))
		if err != nil {
			t.Fatal(err)
		}
		normalised, err := template.Normalise(text)
		if err != nil {
			t.Fatal(err)
		}
		compareTemplate(t, "testdata/target.template.json", normalised)
	})
	t.Run("another account and another Region have one stack each, an endpoint none", func(t *testing.T) {
		found, err := filepath.Glob(filepath.Join(outdir, "*.template.json"))
		if err != nil || len(found) != 3 {
			t.Errorf("templates %v, %v", found, err)
		}
	})
	t.Run("events of steps' ends are sent on and received", func(t *testing.T) {
		near := readTemplate(t, outdir, "SlipwayTarget-staging")
		for name, d := range map[string]document{"production": far, "staging": near} {
			for _, rule := range d.of(t, "AWS::Events::Rule") {
				if got := flat(rule.at("Targets", 0, "Arn")); got != "arn:<AWS::Partition>:events:<SlipwayRegion>:<SlipwayAccount>:event-bus/default" {
					t.Errorf("%s sends events to %s", name, got)
				}
			}
		}
		if roles := near.of(t, "AWS::IAM::Role"); len(roles) != 1 {
			t.Errorf("staging, in the stack's own account, has %d roles in its stack, want that of the rule", len(roles))
		}
		received := hub.of(t, "AWS::Events::EventBusPolicy")
		for _, policy := range received {
			if got := flat(policy.at("Statement", "Principal", "AWS")); got != "arn:<AWS::Partition>:iam::111122223333:root" || len(received) != 1 {
				t.Errorf("%d policies; events are received from %s", len(received), got)
			}
			for _, rule := range far.of(t, "AWS::Events::Rule") {
				sent := fmt.Sprint(rule.at("EventPattern", "source"), rule.at("EventPattern", "detail-type"))
				if got := fmt.Sprint(policy.at("Statement", "Condition", "StringEquals", "events:source"), policy.at("Statement", "Condition", "StringEquals", "events:detail-type")); got != sent {
					t.Errorf("received are %s, sent %s", got, sent)
				}
			}
		}
	})
	t.Run("what resumes steps is sent on", func(t *testing.T) { resumes(t, hub, far) })
	t.Run("functions that plan and run steps take the roles of environments and no others", func(t *testing.T) { takesRoles(t, hub) })
	t.Run("a role is taken by Slipway, for its environment, with its external id", func(t *testing.T) {
		trusts(t, hub, "DeployStagingRole", "staging", "<CancelStepsRole>", "<PlanDeploymentRole>", "<ResumeStepRole>", "<RunStepRole>")
		const role = "arn:<AWS::Partition>:iam::<SlipwayAccount>:role/Slipway-"
		trusts(t, far, "DeployRole", "production", role+"CancelSteps", role+"PlanDeployment", role+"ResumeStep", role+"RunStep")
	})
}

// resumes holds that the events of AWS's services that resume steps are all sent on from
// elsewhere, but for those of what is in the stack's own account: builds and approvals.
func resumes(t *testing.T, hub, far document) {
	var sent []string
	for _, rule := range far.of(t, "AWS::Events::Rule") {
		sent = texts(rule.at("EventPattern", "detail-type"))
	}
	own := []string{"CodeBuild Build State Change", "AWS API Call via CloudTrail"}
	for id, rule := range hub.rulesTo(t, "AWS::Lambda::Function") {
		if plain(target(rule.at("Targets", 0, "Arn"))) != "ResumeStep" || rule.at("EventBusName") != nil {
			continue
		}
		for _, detailType := range texts(rule.at("EventPattern", "detail-type")) {
			if !slices.Contains(own, detailType) && !slices.Contains(sent, detailType) {
				t.Errorf("%s resumes steps on %q, which forward.go doesn't send on from other places", id, detailType)
			}
		}
	}
}

func takesRoles(t *testing.T, hub document) {
	taken := map[string][]string{}
	for _, s := range hub.statements(t) {
		if s.kind != "AWS::IAM::Policy" || !slices.Contains(s.actions, "sts:AssumeRole") {
			continue
		}
		for _, r := range s.resources {
			taken[plain(s.holder)] = append(taken[plain(s.holder)], plain(flat(r)))
		}
		if !slices.Equal(s.actions, []string{"sts:AssumeRole", "sts:TagSession"}) {
			t.Errorf("%s may %v", s.holder, s.actions)
		}
	}
	want := []string{"<DeployStagingRole>", "arn:<AWS::Partition>:iam::111122223333:role/storefront-deploy"}
	functions := []string{"CancelStepsRights", "PlanDeploymentRights", "ResumeStepRights", "RunStepRights"}
	if got := slices.Sorted(maps.Keys(taken)); !slices.Equal(got, functions) {
		t.Errorf("roles are taken by %v, want %v", got, functions)
	}
	for function, roles := range taken {
		if !slices.Equal(roles, want) {
			t.Errorf("%s takes %v, want %v", function, roles, want)
		}
	}
}

// plain returns an id without the eight characters that CDK ends it with.
func plain(id string) string {
	name, reference := strings.CutPrefix(id, "<")
	name = strings.TrimSuffix(name, ">")
	if strings.HasPrefix(name, "arn:") {
		return id
	}
	name = name[:len(name)-len("00000000")]
	if reference {
		return "<" + name + ">"
	}
	return name
}

// trusts holds that the role of the environment trusts these principals alone.
func trusts(t *testing.T, d document, role, environment string, principals ...string) {
	t.Helper()
	for id, r := range d.of(t, "AWS::IAM::Role") {
		if !strings.HasPrefix(id, role) {
			continue
		}
		statements, _ := r.at("AssumeRolePolicyDocument", "Statement").([]any)
		conditions := map[string]string{}
		for _, entry := range statements {
			s := resource{Properties: entry.(map[string]any)}
			var who []string
			for _, p := range many(s.at("Principal", "AWS")) {
				who = append(who, plain(flat(p)))
			}
			if !slices.Equal(who, principals) {
				t.Errorf("%s trusts %v, want %v", id, who, principals)
			}
			text, err := json.Marshal(s.at("Condition"))
			if err != nil {
				t.Fatal(err)
			}
			conditions[s.at("Action").(string)] = string(text)
		}
		for action, want := range map[string]string{
			"sts:AssumeRole": `{"StringEquals":{"aws:RequestTag/environment":"` + environment + `","sts:ExternalId":"Slipway/` + environment + `"}}`,
			"sts:TagSession": `{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","execution","project","step"]},"StringEquals":{"aws:RequestTag/environment":"` + environment + `"}}`,
		} {
			if conditions[action] != want || len(conditions) != 2 {
				t.Errorf("%s trusts for %v, want %s on %s", id, conditions, action, want)
			}
		}
		return
	}
	t.Errorf("the template has no role %s", role)
}

func TestFunctionsThatTakeRolesHaveRolesThatOtherAccountsCanName(t *testing.T) {
	var names []string
	for _, role := range load(t).of(t, "AWS::IAM::Role") {
		if name, ok := role.at("RoleName").(string); ok && !strings.HasPrefix(name, "slipway-deploy-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if want := []string{"Slipway-CancelSteps", "Slipway-PlanDeployment", "Slipway-ResumeStep", "Slipway-RunStep"}; !slices.Equal(names, want) {
		t.Errorf("roles have the names %v, want %v", names, want)
	}
}
