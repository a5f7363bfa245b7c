//go:build integration

package step_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/events"
	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationStateMachine(t *testing.T) {
	integration.Suite{
		Subject: "state-machine",
		Holds: []integration.Claim{
			{Says: "executions by name and ARN, once an attempt", Hold: inAccount(anExecutionRunsToItsEnd)},
			{Says: "executions that fail", Hold: inAccount(anExecutionFails)},
			{Says: "executions that are stopped", Hold: inAccount(anExecutionIsStopped)},
			{Says: "what is not there, or express", Hold: inAccount(machinesThatCantRun)},
		},
		Gaps: []integration.Claim{
			{Says: "A machine of the type EXPRESS starts executions like any other.", Hold: inAccount(expressIsLikeAnyOther)},
		},
	}.Run(t)
}

// machine makes a state machine of one state, and returns its ARN.
func (a *account) machine(kind types.StateMachineType, state string) string {
	a.t.Helper()
	made, err := sfn.NewFromConfig(a.aws).CreateStateMachine(a.t.Context(), &sfn.CreateStateMachineInput{Name: &a.name, Type: kind,
		RoleArn: aws.String("arn:aws:iam::000000000000:role/machines"), Definition: aws.String(`{"StartAt":"Only","States":{"Only":` + state + `}}`)})
	a.must(err)
	return aws.ToString(made.StateMachineArn)
}

// settled returns what an execution has come to, once it has ended.
func (a *account) settled() (report step.Report) {
	a.t.Helper()
	client := sfn.NewFromConfig(a.aws)
	list, err := client.ListExecutions(a.t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String("arn:aws:states:us-east-1:000000000000:stateMachine:" + a.name)})
	a.must(err)
	if len(list.Executions) != 1 {
		a.t.Fatalf("there are %d executions", len(list.Executions))
	}
	x := list.Executions[0]
	for { // the emulator tells nobody of the end
		described, err := client.DescribeExecution(a.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: x.ExecutionArn})
		a.must(err)
		if described.Status != types.ExecutionStatusRunning {
			break
		}
	}
	reports, err := a.runner.Resume(a.t.Context(), events.Raw{Source: "aws.states", DetailType: "Step Functions Execution Status Change",
		Detail: fmt.Appendf(nil, `{"executionArn":%q,"name":%q,"status":"SUCCEEDED"}`, *x.ExecutionArn, *x.Name)})
	a.must(err)
	if len(reports) != 1 {
		a.t.Fatalf("its end leads to %d reports", len(reports))
	}
	return reports[0]
}

func anExecutionRunsToItsEnd(a *account) {
	arn := a.machine(types.StateMachineTypeStandard, `{"Type":"Pass","End":true}`)
	for _, name := range []string{a.name, arn} {
		_, err := a.start("state-machine", fmt.Sprintf(`{"state-machine":%q,"input":{"settled":7}}`, name))
		a.must(err)
		report := a.settled()
		want := map[string]string{"settled": "7", "execution-arn": report.Outcome.Outputs["execution-arn"]}
		if report.Err != nil || !report.Outcome.Done || !maps.Equal(report.Outcome.Outputs, want) {
			a.t.Errorf("%s comes to %+v", name, report)
		}
	}
}

func anExecutionFails(a *account) {
	a.machine(types.StateMachineTypeStandard, `{"Type":"Fail","Error":"Orders.Unsettled","Cause":"two are open"}`)
	_, err := a.start("state-machine", fmt.Sprintf(`{"state-machine":%q}`, a.name))
	var failure *step.Failure
	if err != nil && !errors.As(err, &failure) {
		a.t.Fatal(err)
	}
	if report := a.settled(); report.Err == nil || !strings.HasPrefix(report.Err.Error(), "ExecutionFailed: ") {
		a.t.Errorf("it comes to %+v", report)
	}
}

func anExecutionIsStopped(a *account) {
	a.machine(types.StateMachineTypeStandard, `{"Type":"Wait","Seconds":600,"End":true}`)
	_, err := a.start("state-machine", fmt.Sprintf(`{"state-machine":%q}`, a.name))
	a.must(err)
	a.must(a.runner.Cancel(a.t.Context(), step.Attempt{Execution: a.name, Step: "check", Attempt: 1}))
	if report := a.settled(); report.Err == nil || !strings.HasPrefix(report.Err.Error(), "Stopped: ") {
		a.t.Errorf("it comes to %+v", report)
	}
}

func machinesThatCantRun(a *account) {
	a.machine(types.StateMachineTypeExpress, `{"Type":"Pass","End":true}`)
	for name, want := range map[string]string{a.name: "ExpressMachine", a.name + "-gone": "NoSuchStateMachine"} {
		_, err := a.start("state-machine", fmt.Sprintf(`{"state-machine":%q}`, name))
		var failure *step.Failure
		if !errors.As(err, &failure) || failure.Name != want || !failure.Permanent {
			a.t.Errorf("%s comes to %v, want %s", name, err, want)
		}
	}
}

func expressIsLikeAnyOther(a *account) {
	arn := a.machine(types.StateMachineTypeExpress, `{"Type":"Pass","End":true}`)
	started, err := sfn.NewFromConfig(a.aws).StartExecution(a.t.Context(), &sfn.StartExecutionInput{StateMachineArn: &arn})
	a.must(err)
	if strings.Contains(aws.ToString(started.ExecutionArn), ":express:") {
		a.t.Errorf("its ARN is %s", *started.ExecutionArn)
	}
}
