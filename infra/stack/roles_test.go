package stack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/google/go-cmp/cmp"

	"slipway/infra/stack"
	"slipway/shared/platform"
	"slipway/shared/step"
)

// A fakeKind is a step kind with permissions.
type fakeKind struct {
	step.Kind
	name        string
	permissions []step.Permission
}

func (k fakeKind) Name() string                   { return k.name }
func (k fakeKind) Services() []string             { return nil }
func (k fakeKind) Permissions() []step.Permission { return k.permissions }

// deployRole declares the deploy role of e in a stack of its own.
func deployRole(t *testing.T, e platform.Environment, kinds ...step.Kind) (document, error) {
	t.Helper()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: new(t.TempDir()), AnalyticsReporting: new(false)})
	s := awscdk.NewStack(app, new("Test"), &awscdk.StackProps{})
	_, err := stack.NewDeployRole(s, "DeployRole", stack.DeployRoleProps{
		Environment: e, Trusted: []*string{new("arn:aws:iam::000000000000:role/Slipway-RunStep")}, Kinds: kinds})
	if err != nil {
		return document{}, err
	}
	text, err := os.ReadFile(*app.Synth(nil).GetStackByName(new("Test")).TemplateFullPath())
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text), nil
}

// flat writes out a value in which parts are joined, with references in angle brackets.
func flat(value any) string {
	r := resource{Properties: map[string]any{"v": value}}
	if parts, ok := r.at("v", "Fn::Join", 1).([]any); ok {
		var b strings.Builder
		for _, part := range parts {
			b.WriteString(flat(part))
		}
		return b.String()
	}
	if id := target(value); id != "" {
		return "<" + id + ">"
	}
	return fmt.Sprint(value)
}

// granted writes out what the role's policy allows, a line for each action and resource.
func granted(t *testing.T, d document) []string {
	t.Helper()
	var lines []string
	for _, s := range d.statements(t) {
		if s.kind != "AWS::IAM::Policy" {
			continue
		}
		for _, action := range s.actions {
			for _, r := range s.resources {
				line := action + " " + flat(r)
				if s.condition != nil {
					line += " " + fmt.Sprint(s.condition)
				}
				lines = append(lines, line)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func TestKindsAreGrantedTheirPermissionsForTheNamesThatAreAllowed(t *testing.T) {
	const arn = "arn:{partition}:ecs:{region}:{account}:"
	services := fakeKind{name: "ecs", permissions: []step.Permission{
		{Actions: []string{"ecs:UpdateService"}, Resources: []string{arn + "service/{name}", arn + "cluster/{name.1}", arn + "family/{name.2}:*"}},
		{Actions: []string{"ecs:RegisterTaskDefinition"}, Resources: []string{"*"}, Why: "it has no name yet"},
		{Actions: []string{"iam:PassRole"}, Resources: []string{"arn:{partition}:iam::{account}:role/{role}"},
			Condition: map[string]map[string]string{"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}},
	}}
	other := fakeKind{name: "lambda", permissions: []step.Permission{{Actions: []string{"lambda:InvokeFunction"}, Resources: []string{"*"}}}}
	e := platform.Environment{Name: "dev", Role: "deploy", Region: "eu-west-1",
		Allow: platform.Allowance{"ecs": {"shop/api", "shop/web-*"}, platform.Roles: {"task"}}}
	d, err := deployRole(t, e, services, other)
	if err != nil {
		t.Fatal(err)
	}
	here := "arn:<AWS::Partition>:ecs:eu-west-1:<AWS::AccountId>:"
	want := []string{
		"ecs:RegisterTaskDefinition *",
		"ecs:UpdateService " + here + "cluster/shop",
		"ecs:UpdateService " + here + "family/api:*",
		"ecs:UpdateService " + here + "family/web-*:*",
		"ecs:UpdateService " + here + "service/shop/api",
		"ecs:UpdateService " + here + "service/shop/web-*",
		"iam:PassRole arn:<AWS::Partition>:iam::<AWS::AccountId>:role/task map[StringEquals:map[iam:PassedToService:ecs-tasks.amazonaws.com]]",
	}
	if diff := cmp.Diff(want, granted(t, d)); diff != "" {
		t.Errorf("granted (-want +got):\n%s", diff)
	}
}

func TestARoleThatNothingIsAllowedToHasNoRights(t *testing.T) {
	passes := fakeKind{name: "ecs", permissions: []step.Permission{{Actions: []string{"iam:PassRole"}, Resources: []string{"arn:{partition}:iam::{account}:role/{role}"}}}}
	for _, allow := range []platform.Allowance{nil, {platform.Roles: {"task"}}, {"ecs": {"shop/api"}}} {
		d, err := deployRole(t, platform.Environment{Name: "dev", Role: "deploy", Allow: allow}, passes)
		if err != nil || granted(t, d) != nil {
			t.Errorf("%v grants %v, %v", allow, granted(t, d), err)
		}
	}
}

func TestWhatCannotBeGrantedIsRefused(t *testing.T) {
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprintf("shop/service-%d", i))
	}
	services := fakeKind{name: "ecs", permissions: []step.Permission{{Actions: []string{"ecs:UpdateService"}, Resources: []string{"arn:{partition}:ecs:{region}:{account}:service/{name.1}/{name.2}"}}}}
	for want, names := range map[string][]string{"two names joined by one": {"shop"}, "allows too much": many} {
		_, err := deployRole(t, platform.Environment{Name: "dev", Role: "deploy", Allow: platform.Allowance{"ecs": names}}, services)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "environment dev") {
			t.Errorf("%d names: %v, want an error that says %q", len(names), err, want)
		}
	}
	p := platform.Platform{Environments: []platform.Environment{{Name: "dev", Role: "Slipway-RunStep"}}}
	if _, err := stack.Synthesize(p, t.TempDir()); err == nil || !strings.Contains(err.Error(), "environment dev has the role Slipway-RunStep") {
		t.Errorf("Synthesize = %v", err)
	}
}

func TestKindsAskForNoMoreThanTheyCanName(t *testing.T) {
	for _, k := range step.Kinds() {
		privileged, ok := k.(step.Privileged)
		if !ok {
			continue
		}
		for _, p := range privileged.Permissions() {
			if len(p.Actions) == 0 || len(p.Resources) == 0 || !slices.IsSorted(p.Actions) || strings.Contains(strings.Join(p.Actions, ""), "*") {
				t.Errorf("%s wants %v on %v: list the actions that are needed, sorted", k.Name(), p.Actions, p.Resources)
			}
			for _, r := range p.Resources {
				if r != "*" && !strings.HasPrefix(r, "arn:{partition}:") {
					t.Errorf("%s wants %v on %q: write an ARN that begins with arn:{partition}:", k.Name(), p.Actions, r)
				}
			}
			if slices.Contains(p.Resources, "*") && p.Why == "" {
				t.Errorf("%s wants %v on every resource and doesn't say why", k.Name(), p.Actions)
			}
		}
	}
}

// everything allows every kind that acts in environments, in this account and in another.
func everything() platform.Platform {
	allow := platform.Allowance{platform.Roles: {"task"}}
	for _, k := range step.Kinds() {
		if _, ok := k.(step.Privileged); ok {
			allow[k.Name()] = []string{"first/second"}
		}
	}
	return platform.Platform{Environments: []platform.Environment{
		{Name: "dev", Role: "deploy", Allow: allow},
		{Name: "live", Account: "111122223333", Region: "eu-central-1", Role: "deploy", Allow: allow},
	}}
}

func TestDeployRolesAllowNothingEverywhereSaveWithAReason(t *testing.T) {
	outdir := t.TempDir()
	if _, err := stack.Synthesize(everything(), outdir); err != nil {
		t.Fatal(err)
	}
	reasons := stack.EverywhereInTargets(step.Kinds())
	for _, template := range []string{"Slipway", "SlipwayTarget-live"} {
		for _, s := range readTemplate(t, outdir, template).statements(t) {
			for _, action := range s.actions {
				ours := strings.HasPrefix(s.holder, "DeployRoleRights") || strings.HasPrefix(s.holder, "DeployDevRoleRights")
				if ours && slices.Contains(s.resources, any("*")) && reasons[action] == "" {
					t.Errorf("%s: %s allows %s on every resource without a reason", template, s.holder, action)
				}
			}
		}
	}
}

func readTemplate(t *testing.T, outdir, name string) document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(outdir, name+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}
