package stepfunctions_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

const machineRole = "arn:aws:iam::000000000000:role/machine"

func TestAStateMachineIsCreatedOnce(t *testing.T) {
	r, c, ctx := waitRig(t)
	in := &sfn.CreateStateMachineInput{Name: new("made"), Definition: new(machine(`"A":{"Type":"Pass","Output":{"n":2},"End":true}`)),
		RoleArn: new(machineRole), Tags: []types.Tag{{Key: new("team"), Value: new("shop")}}}
	made, err := c.CreateStateMachine(ctx, in)
	if err != nil || *made.StateMachineArn != r.engine.StateMachineARN("made") || !made.CreationDate.Equal(start) {
		t.Fatalf("CreateStateMachine = %+v, %v", made, err)
	}
	r.clock.RunUntil(start.Add(time.Hour))
	in.RoleArn, in.Tags = new(machineRole+"2"), nil // which don't count
	if again, err := c.CreateStateMachine(ctx, in); err != nil || !again.CreationDate.Equal(start) {
		t.Errorf("the same once more: %+v, %v", again, err)
	}
	in.Definition = new(machine(`"A":{"Type":"Succeed"}`))
	var exists *types.StateMachineAlreadyExists
	if _, err := c.CreateStateMachine(ctx, in); !errors.As(err, &exists) {
		t.Errorf("another definition: %v, want StateMachineAlreadyExists", err)
	}
	described, err := c.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: made.StateMachineArn})
	if err != nil || *described.RoleArn != machineRole || !strings.Contains(*described.Definition, `"Pass"`) {
		t.Errorf("described %+v, %v", described, err)
	}
	tags, err := c.ListTagsForResource(ctx, &sfn.ListTagsForResourceInput{ResourceArn: made.StateMachineArn})
	if err != nil || len(tags.Tags) != 1 {
		t.Errorf("tags %+v, %v", tags, err)
	}
	x, err := c.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: made.StateMachineArn})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Run()
	if got, err := c.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: x.ExecutionArn}); err != nil || *got.Output != `{"n":2}` {
		t.Errorf("its execution: %+v, %v", got, err)
	}
}

func TestAnUpdateIsForTheExecutionsThatFollow(t *testing.T) {
	r, c, ctx := waitRig(t)
	before, err := c.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &r.machine})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.RunUntil(start.Add(time.Second))
	updated, err := c.UpdateStateMachine(ctx, &sfn.UpdateStateMachineInput{StateMachineArn: &r.machine, Definition: new(machine(`"A":{"Type":"Pass","Output":{"n":2},"End":true}`))})
	if err != nil || !updated.UpdateDate.Equal(start.Add(time.Second)) {
		t.Fatalf("UpdateStateMachine = %+v, %v", updated, err)
	}
	if _, err := c.UpdateStateMachine(ctx, &sfn.UpdateStateMachineInput{StateMachineArn: &r.machine, RoleArn: new(machineRole)}); err != nil {
		t.Fatal(err)
	}
	after, err := c.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &r.machine})
	if err != nil {
		t.Fatal(err)
	}
	r.clock.Run()
	for arn, want := range map[string]string{*before.ExecutionArn: `{"n":1}`, *after.ExecutionArn: `{"n":2}`} {
		if got, err := c.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn}); err != nil || got.Output == nil || *got.Output != want {
			t.Errorf("%s: %+v, %v, want %s", arn, got, err, want)
		}
	}
	described, err := c.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &r.machine})
	if err != nil || *described.RoleArn != machineRole || !strings.Contains(*described.Definition, `"Pass"`) {
		t.Errorf("described %+v, %v", described, err)
	}
}

func TestAStateMachineThatIsWrongIsRefused(t *testing.T) {
	r, c, ctx := waitRig(t)
	good := machine(`"A":{"Type":"Succeed"}`)
	for want, in := range map[string]*sfn.CreateStateMachineInput{
		"InvalidName":                  {Name: new("a b"), Definition: &good, RoleArn: new(machineRole)},
		"InvalidDefinition":            {Name: new("made"), Definition: new(`{"QueryLanguage":"JSONata"}`), RoleArn: new(machineRole)},
		"InvalidArn":                   {Name: new("made"), Definition: &good, RoleArn: new("machine")},
		"StateMachineTypeNotSupported": {Name: new("made"), Definition: &good, RoleArn: new(machineRole), Type: types.StateMachineTypeExpress},
		"ValidationException":          {Name: new("made"), Definition: &good, RoleArn: new(machineRole), Publish: true},
	} {
		var answer smithy.APIError
		if _, err := c.CreateStateMachine(ctx, in); !errors.As(err, &answer) || answer.ErrorCode() != want {
			t.Errorf("create: %v, want %s", err, want)
		}
	}
	for want, in := range map[string]*sfn.UpdateStateMachineInput{
		"MissingRequiredParameter": {StateMachineArn: &r.machine},
		"StateMachineDoesNotExist": {StateMachineArn: new(r.machine + "x"), Definition: &good},
		"InvalidDefinition":        {StateMachineArn: &r.machine, Definition: new("{}")},
		"InvalidArn":               {StateMachineArn: &r.machine, RoleArn: new("machine")},
	} {
		var answer smithy.APIError
		if _, err := c.UpdateStateMachine(ctx, in); !errors.As(err, &answer) || answer.ErrorCode() != want {
			t.Errorf("update: %v, want %s", err, want)
		}
	}
}
