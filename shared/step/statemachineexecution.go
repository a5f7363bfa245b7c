package step

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A machine is a state machine in the place of an environment.
type machine struct {
	client *sfn.Client
	arn    arn.ARN
	work   Work
}

// newMachine returns the machine with that name or ARN. A name is taken for one in the
// account of the rights and in the Region of the environment.
func newMachine(ctx context.Context, d Dependencies, w Work, name string) (machine, error) {
	config, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return machine{}, err
	}
	m := machine{client: sfn.NewFromConfig(config), work: w}
	if strings.HasPrefix(name, "arn:") {
		m.arn, err = arn.Parse(name)
		return m, err
	}
	caller, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return machine{}, callError(err, stateMachineKind, w, "look up the account of environment "+w.Environment)
	}
	own, err := arn.Parse(aws.ToString(caller.Arn))
	if err != nil {
		return machine{}, fmt.Errorf("look up the account of environment %s: %w", w.Environment, err)
	}
	m.arn = arn.ARN{Partition: own.Partition, Service: "states", Region: config.Region, AccountID: aws.ToString(caller.Account), Resource: "stateMachine:" + name}
	return m, nil
}

// execution returns the ARN of the execution of that name.
func (m machine) execution(name string) string {
	x := m.arn
	x.Resource = "execution:" + strings.TrimPrefix(m.arn.Resource, "stateMachine:") + ":" + name
	return x.String()
}

// start starts the execution of that name unless it has been started, and returns its ARN.
func (m machine) start(ctx context.Context, name, input string) (string, error) {
	if err := m.checkType(ctx); err != nil {
		return "", err
	}
	started, err := m.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(m.arn.String()), Name: &name, Input: &input})
	var again *types.ExecutionAlreadyExists
	var limit *types.ExecutionLimitExceeded
	switch {
	case errors.As(err, &again):
		return m.execution(name), nil // nobody else uses the name of this attempt
	case errors.As(err, &limit):
		return "", transient("ExecutionLimitExceeded", "state machine %s: %s", m.arn, limit.ErrorMessage())
	case err != nil:
		return "", m.explain(err, "start execution of "+m.arn.String())
	}
	return aws.ToString(started.ExecutionArn), nil
}

// checkType refuses an express machine: its executions send no event of their end.
func (m machine) checkType(ctx context.Context) error {
	described, err := m.client.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(m.arn.String())})
	if err != nil {
		return m.explain(err, "describe state machine "+m.arn.String())
	}
	if described.Type == types.StateMachineTypeExpress {
		return permanent("ExpressMachine", "state machine %s is of the type EXPRESS, whose executions tell nobody of their end; run one of the type STANDARD", m.arn)
	}
	return nil
}

// explain turns an answer that another attempt can't mend into a failure.
func (m machine) explain(err error, what string) error {
	var gone *types.StateMachineDoesNotExist
	var deleting *types.StateMachineDeleting
	var invalid *types.InvalidExecutionInput
	switch {
	case errors.As(err, &gone), errors.As(err, &deleting):
		return permanent("NoSuchStateMachine", "there is no state machine %s; create it, or name another", m.arn)
	case errors.As(err, &invalid):
		return permanent("BadParameter", "input: %s; write an object that the state machine takes", invalid.ErrorMessage())
	}
	return callError(err, stateMachineKind, m.work, what)
}

// executionOutcome returns what the execution, which has ended, came to.
func executionOutcome(x *sfn.DescribeExecutionOutput, w Work) (Outcome, error) {
	arn, cause := aws.ToString(x.ExecutionArn), cut(aws.ToString(x.Cause))
	switch x.Status {
	case types.ExecutionStatusSucceeded:
		return Outcome{Done: true, Outputs: executionOutputs(arn, aws.ToString(x.Output), w)}, nil
	case types.ExecutionStatusFailed:
		return Outcome{}, transient("ExecutionFailed", "execution %s failed: %s: %s", arn, aws.ToString(x.Error), cause)
	case types.ExecutionStatusTimedOut:
		return Outcome{}, transient("ExecutionTimedOut", "execution %s ran out of the state machine's own time: %s", arn, cause)
	case types.ExecutionStatusAborted:
		return Outcome{}, permanent("Stopped", "execution %s was stopped: %s: %s", arn, aws.ToString(x.Error), cause)
	}
	return Outcome{}, fmt.Errorf("execution %s: status %q is not one with which an execution ends", arn, x.Status)
}

// executionOutputs returns the outputs that the output of an execution gives: its
// members that are single values, if it is an object.
func executionOutputs(arn, output string, w Work) map[string]string {
	found := foundOutputs{values: map[string]string{"execution-arn": arn}, log: w.Log}
	document, err := decodeJSON([]byte(output))
	object, ok := document.(map[string]any)
	if err != nil || !ok {
		fmt.Fprintln(w.Log, "the execution's output is no object, so the step has no outputs of it")
		return found.values
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch object[name].(type) {
		case map[string]any, []any, nil:
			fmt.Fprintf(w.Log, "output %s is left out: it is not a single value\n", excerpt(name))
		default:
			found.add(name, textOf(object[name]))
		}
	}
	return found.values
}
