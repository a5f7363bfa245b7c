package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"slipway/events"
)

//go:embed schemas/state-machine.json
var stateMachineSchema string

// stateMachine runs a state machine of the environment to its end. The name of the
// execution is that of the attempt, and a name can be used once, so an attempt starts
// one execution however often Start is called. The work's name is the execution's ARN.
type stateMachine struct{}

const stateMachineKind = "state-machine"

// Name implements [Kind].
func (stateMachine) Name() string { return stateMachineKind }

// Schema implements [Kind].
func (stateMachine) Schema() []byte { return []byte(stateMachineSchema) }

// References implements [Kind].
func (stateMachine) References(with json.RawMessage) (References, error) {
	p, problem := parseStateMachine(with)
	if problem != nil {
		return References{}, problem
	}
	texts, problem := objectTemplates("input", p.Input)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: append([]Template{{Key: "state-machine", Text: p.StateMachine}}, texts...)}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	if !strings.ContainsAny(p.StateMachine, "{}") {
		if problem := p.checkResolved(); problem != nil {
			return References{}, problem
		}
	}
	return refs, nil
}

// Start implements [Kind]: the outcome is not done, as the execution goes on elsewhere.
func (k stateMachine) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseStateMachine(w.With)
	if problem == nil {
		problem = p.checkResolved()
	}
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	m, err := newMachine(ctx, d, w, p.StateMachine)
	if err != nil {
		return Outcome{}, err
	}
	arn, err := m.start(ctx, executionName(w), p.input())
	if err != nil {
		return Outcome{}, err
	}
	fmt.Fprintf(w.Log, "execution %s of state machine %s is started\n", arn, p.StateMachine)
	return Outcome{Work: arn}, nil
}

// executionName returns the name of the attempt's execution; names have at most 80
// characters, per the StartExecution reference.
func executionName(w Work) string { return ownPrefix + attemptToken(w) }

// ownPrefix begins the names that steps give to executions, change sets and requests, so
// that they and their events can be told from others'.
const ownPrefix = "slipway-"

// attemptToken names the attempt in 64 letters and digits.
func attemptToken(w Work) string {
	return Job{Execution: w.Execution, Step: w.Step, Attempt: w.Attempt}.token()
}

// ownName is the form of the names that begin with [ownPrefix].
var ownName = regexp.MustCompile(`^` + ownPrefix + `[0-9a-f]{64}$`)

// Works implements [Remote]; the event is "Step Functions Execution Status Change".
func (stateMachine) Works(e events.Raw) []string {
	if e.Source != "aws.states" || e.DetailType != "Step Functions Execution Status Change" {
		return nil
	}
	var change events.ExecutionStatusChange
	if json.Unmarshal(e.Detail, &change) != nil || change.Status == string(types.ExecutionStatusRunning) || !ownName.MatchString(change.Name) {
		return nil
	}
	return []string{change.ExecutionARN}
}

// Check implements [Remote].
func (k stateMachine) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	config, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return Outcome{}, err
	}
	client := sfn.NewFromConfig(config)
	x, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &name})
	if err != nil {
		return Outcome{}, callError(err, stateMachineKind, w, "describe execution "+name)
	}
	if x.Status == types.ExecutionStatusRunning || x.Status == types.ExecutionStatusPendingRedrive {
		late, err := overdue(ctx, d, w, stateMachineKind, name, aws.ToTime(x.StartDate))
		if err != nil || !late {
			return Outcome{}, err
		}
		return k.giveUp(ctx, client, w, name)
	}
	if err := ended(ctx, d, w, stateMachineKind, name); err != nil {
		return Outcome{}, err
	}
	return executionOutcome(x, w)
}

// giveUp stops the execution whose time is over, and fails.
func (stateMachine) giveUp(ctx context.Context, client *sfn.Client, w Work, name string) (Outcome, error) {
	cause := fmt.Sprintf("the execution did not end within %s", w.Timeout)
	if err := stopExecution(ctx, client, w, name, "Slipway.TimedOut", cause); err != nil {
		return Outcome{}, err
	}
	return Outcome{}, transient("TimedOut", "%s and was stopped: %s; raise the step's timeout", cause, name)
}

// Cancel implements [Remote]: the execution is stopped.
func (stateMachine) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	config, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return err
	}
	return stopExecution(ctx, sfn.NewFromConfig(config), w, name, "Slipway.Cancelled", "the step was cancelled")
}

// stopExecution stops an execution; one that has ended stays as it is.
func stopExecution(ctx context.Context, client *sfn.Client, w Work, arn, name, cause string) error {
	_, err := client.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &arn, Error: &name, Cause: &cause})
	var gone *types.ExecutionDoesNotExist
	if err != nil && !errors.As(err, &gone) {
		return callError(err, stateMachineKind, w, "stop execution "+arn)
	}
	fmt.Fprintf(w.Log, "execution %s is stopped: %s\n", arn, cause)
	return nil
}
