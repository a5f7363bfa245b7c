package stack_test

import (
	"slices"
	"strings"
	"testing"

	"slipway/infra/stack"
	"slipway/shared/trigger"
)

// A statement is one statement of a policy, with the resource that holds it.
type statement struct {
	holder    string // logical id
	kind      string // CloudFormation type of the holder
	effect    string
	actions   []string
	resources []any
	services  []any // of its principals
	condition any
}

func (d document) statements(t *testing.T) []statement {
	t.Helper()
	var all []statement
	for id, r := range d.Resources {
		for _, property := range []string{"PolicyDocument", "AssumeRolePolicyDocument", "KeyPolicy", "ResourcePolicy"} {
			list, _ := r.at(property, "Statement").([]any)
			for _, entry := range list {
				s := resource{Properties: entry.(map[string]any)}
				effect, _ := s.at("Effect").(string)
				all = append(all, statement{id, r.Type, effect, texts(s.at("Action")), many(s.at("Resource")), many(s.at("Principal", "Service")), s.at("Condition")})
			}
		}
	}
	if len(all) == 0 {
		t.Fatal("the template has no policies")
	}
	return all
}

func many(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func texts(value any) []string {
	var out []string
	for _, v := range many(value) {
		text, _ := v.(string)
		out = append(out, text)
	}
	return out
}

// The account's administrators hold a key through its own policy, in which *
// stands for the key and what can be done with it.
func ownKey(s statement) bool { return s.kind == "AWS::KMS::Key" }

func TestNoActionIsAllowedByWildcard(t *testing.T) {
	for _, s := range load(t).statements(t) {
		for _, action := range s.actions {
			if s.effect == "Allow" && strings.Contains(action, "*") && !ownKey(s) {
				t.Errorf("%s allows %q: list the actions that are needed", s.holder, action)
			}
		}
	}
}

func TestNothingIsAllowedEverywhereSaveWithAReason(t *testing.T) {
	reasons := stack.Everywhere()
	used := map[string]bool{}
	for _, s := range append(load(t).statements(t), loadNetworked(t).statements(t)...) {
		if s.effect != "Allow" || ownKey(s) || !slices.Contains(s.resources, any("*")) {
			continue
		}
		for _, action := range s.actions {
			used[action] = true
			if reasons[action] == "" {
				t.Errorf("%s allows %s on every resource, which stack.Everywhere has no reason for", s.holder, action)
			}
		}
	}
	for action := range reasons {
		if !used[action] {
			t.Errorf("stack.Everywhere has a reason for %s, which nothing is allowed", action)
		}
	}
}

// TestAsterisksStandForNamesOnly: an asterisk stands for an object's key, or for what is
// made at run time: schedules of a group, and rules whose names begin with one prefix.
func TestAsterisksStandForNamesOnly(t *testing.T) {
	d := load(t)
	for _, s := range d.statements(t) {
		for _, r := range s.resources {
			parts, ok := resource{Properties: map[string]any{"r": r}}.at("r", "Fn::Join", 1).([]any)
			if !ok || s.effect != "Allow" {
				continue
			}
			last, _ := parts[len(parts)-1].(string)
			if slices.Contains([]string{"/*", "/timer-*", "/" + trigger.RulePrefix + "*", ":rule/" + trigger.RulePrefix + "*"}, last) && len(parts) > 2 {
				continue
			}
			if named, key, _ := strings.Cut(last, "/"); strings.HasPrefix(named, ":s3:::") && !strings.Contains(named, "*") {
				last = strings.TrimSuffix(key, "*") // of a bucket that the platform file allows by its name
			}
			if strings.Contains(last, "*") && d.Resources[target(parts[0])].Type != "AWS::S3::Bucket" {
				t.Errorf("%s allows %v on %v: only an object's key, or the name of a schedule or a rule, may hold an asterisk", s.holder, s.actions, r)
			}
		}
	}
}

func TestTaskTokensAreAnsweredByFunctionsOnTheirMachinesOnly(t *testing.T) {
	d := load(t)
	for _, s := range d.statements(t) {
		if !slices.ContainsFunc(s.actions, func(a string) bool { return strings.HasPrefix(a, "states:") }) {
			continue
		}
		for _, r := range s.resources {
			if d.Resources[target(r)].Type != "AWS::StepFunctions::StateMachine" {
				t.Errorf("%s allows %v on %v, want a state machine of the stack", s.holder, s.actions, r)
			}
		}
	}
}

func TestRolesHaveNoManagedPolicies(t *testing.T) {
	for id, role := range load(t).of(t, "AWS::IAM::Role") {
		if role.at("ManagedPolicyArns") != nil || role.at("Policies") != nil {
			t.Errorf("%s has policies besides the one that rights.go gives it", id)
		}
	}
}

// Lambda is not in the list: it does not say for which function it takes a role.
func TestServicesActForOurOwnResourcesOnly(t *testing.T) {
	for _, s := range load(t).statements(t) {
		for _, service := range s.services {
			if service == "lambda.amazonaws.com" {
				continue
			}
			condition := resource{Properties: map[string]any{"c": s.condition}}
			if target(condition.at("c", "StringEquals", "aws:SourceAccount")) != "AWS::AccountId" ||
				condition.at("c", "ArnLike", "aws:SourceArn") == nil && condition.at("c", "ArnEquals", "aws:SourceArn") == nil {
				t.Errorf("%s lets %v in without aws:SourceAccount and aws:SourceArn", s.holder, service)
			}
		}
	}
}

func TestTableIsNeverScanned(t *testing.T) {
	for _, s := range load(t).statements(t) {
		if s.effect == "Allow" && slices.Contains(s.actions, "dynamodb:Scan") {
			t.Errorf("%s may scan the table", s.holder)
		}
	}
}

// A script shares its machine with the build's role, and other steps' logs are
// none of its business.
func TestBuildsReadNoLogs(t *testing.T) {
	d := load(t)
	for _, s := range d.statements(t) {
		if !strings.HasPrefix(s.holder, "ScriptRights") || !slices.Contains(s.actions, "s3:GetObject") {
			continue
		}
		for _, r := range s.resources {
			if parts, ok := (resource{Properties: map[string]any{"r": r}}).at("r", "Fn::Join", 1).([]any); ok && slices.Contains(parts, any("/logs/*")) {
				t.Errorf("%s allows %v on %v", s.holder, s.actions, r)
			}
		}
	}
}

// The audit log is in the table: what deletes or updates items could change it.
func TestFewFunctionsDeleteOrUpdateItems(t *testing.T) {
	may := map[string][]string{"dynamodb:DeleteItem": {"ApiRights", "ApplyProjectRights", "FinishRunRights"}, "dynamodb:UpdateItem": {"DecideApprovalRights"}}
	found := map[string][]string{}
	for _, s := range load(t).statements(t) {
		for _, action := range s.actions {
			if may[action] != nil {
				found[action] = append(found[action], s.holder[:len(s.holder)-len("00000000")])
			}
		}
	}
	for action, want := range may {
		if slices.Sort(found[action]); !slices.Equal(found[action], want) {
			t.Errorf("%v may %s, want %v", found[action], action, want)
		}
	}
}
