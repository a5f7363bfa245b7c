package stack_test

import (
	"regexp"
	"testing"
)

var substitution = regexp.MustCompile(`\$\{(\w+)\}`)

func TestDefinitionsAndSubstitutionsFit(t *testing.T) {
	for id, machine := range load(t).of(t, "AWS::StepFunctions::StateMachine") {
		given := machine.at("DefinitionSubstitutions").(map[string]any)
		used := map[string]bool{}
		for _, m := range substitution.FindAllStringSubmatch(machine.at("DefinitionString").(string), -1) {
			used[m[1]] = true
			if given[m[1]] == nil {
				t.Errorf("%s: the definition names ${%s}, for which the stack has no function", id, m[1])
			}
		}
		for name := range given {
			if !used[name] {
				t.Errorf("%s may invoke %s, which its definition doesn't name", id, name)
			}
		}
	}
}

func TestMachinesAreTracedAndLogErrorsWithoutData(t *testing.T) {
	for id, machine := range load(t).of(t, "AWS::StepFunctions::StateMachine") {
		if machine.at("TracingConfiguration", "Enabled") != true {
			t.Errorf("%s is not traced", id)
		}
		if machine.at("LoggingConfiguration", "Level") != "ERROR" || machine.at("LoggingConfiguration", "IncludeExecutionData") != false {
			t.Errorf("%s logs %v", id, machine.at("LoggingConfiguration"))
		}
	}
}

func TestEveryEnvironmentHasAMachineThatDecidesApprovals(t *testing.T) {
	p, err := shippedPlatform()
	if err != nil {
		t.Fatal(err)
	}
	names := map[any]bool{}
	d := load(t)
	for _, machine := range d.of(t, "AWS::StepFunctions::StateMachine") {
		names[machine.at("StateMachineName")] = true
	}
	for _, environment := range p.EnvironmentNames() {
		if !names["Approve-"+environment] {
			t.Errorf("environment %s has no machine Approve-%s", environment, environment)
		}
	}
	for _, output := range []string{"PackagesBucket", "WorkBucket", "TableName", "EventBusName", "NotificationsTopic", "DeployStateMachine",
		"ApproveDevStateMachine", "ApproveStagingStateMachine", "ApproveProductionStateMachine", "ApiUrl"} {
		if d.Outputs[output] == nil {
			t.Errorf("the stack has no output %s", output)
		}
	}
}
