package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"slipway/events"
)

//go:embed schemas/automation.json
var automationSchema string

// automation runs an Automation runbook of Systems Manager: one of AWS's own or one of yours.
type automation struct{}

// Name implements [Kind].
func (automation) Name() string { return "automation" }

// Schema implements [Kind].
func (automation) Schema() []byte { return []byte(automationSchema) }

// References implements [Kind].
func (automation) References(with json.RawMessage) (References, error) {
	p, problem := parseAutomation(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: p.templates()}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Services implements [Privileged].
func (automation) Services() []string { return []string{"ssm"} }

// Permissions implements [Privileged]. The ARNs of AWS's own runbooks have no account,
// per Systems Manager's "Identity-based policies examples" for Automation.
func (automation) Permissions() []Permission {
	return []Permission{
		{Actions: []string{"ssm:StartAutomationExecution"}, Resources: []string{
			"arn:{partition}:ssm:{region}:{account}:automation-definition/{name}:*",
			"arn:{partition}:ssm:{region}::automation-definition/{name}:*",
			"arn:{partition}:ssm:{region}:{account}:document/{name}",
			"arn:{partition}:ssm:{region}::document/{name}",
		}},
		{Actions: []string{"ssm:GetAutomationExecution", "ssm:StartAutomationExecution", "ssm:StopAutomationExecution"},
			Resources: []string{"arn:{partition}:ssm:{region}:{account}:automation-execution/*"}},
		{Actions: []string{"iam:PassRole"}, Resources: []string{"arn:{partition}:iam::{account}:role/{role}"},
			Condition: map[string]map[string]string{"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}},
	}
}

// Start implements [Kind]. The token makes a repeated request one for the same
// execution; as its lifetime isn't documented, a record of the attempt counts before it.
func (automation) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseAutomation(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	record, known, err := works{d.Objects, d.WorkBucket}.read(ctx, attemptKey(w.Execution, w.Step, w.Attempt))
	if err != nil || known {
		return Outcome{Work: record.Name}, err
	}
	client, err := automationClient(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	request := &ssm.StartAutomationExecutionInput{DocumentName: &p.Document, Parameters: p.values(), ClientToken: aws.String(automationToken(w))}
	if p.Version != "" {
		request.DocumentVersion = &p.Version
	}
	started, err := client.StartAutomationExecution(ctx, request)
	if err != nil {
		return Outcome{}, p.refused(w, err)
	}
	id := aws.ToString(started.AutomationExecutionId)
	if id == "" {
		return Outcome{}, fmt.Errorf("start runbook %s: the answer names no execution", p.Document)
	}
	fmt.Fprintf(w.Log, "started runbook %s as execution %s\n", p.Document, id)
	return Outcome{Work: id}, nil
}

func automationClient(ctx context.Context, d Dependencies, w Work) (*ssm.Client, error) {
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return nil, err
	}
	return ssm.NewFromConfig(c), nil
}

// automationChanged is the detail-type by which Systems Manager tells of an execution's end.
const automationChanged = "EC2 Automation Execution Status-change Notification"

// Works implements [Remote].
func (automation) Works(e events.Raw) []string {
	if e.Source != "aws.ssm" || e.DetailType != automationChanged {
		return nil
	}
	var change struct{ ExecutionId string }
	if err := json.Unmarshal(e.Detail, &change); err != nil || change.ExecutionId == "" {
		return nil // not of the form that Systems Manager documents, and so of no execution
	}
	return []string{change.ExecutionId}
}

// Check implements [Remote].
func (automation) Check(ctx context.Context, d Dependencies, w Work, id string) (Outcome, error) {
	client, err := automationClient(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	got, err := client.GetAutomationExecution(ctx, &ssm.GetAutomationExecutionInput{AutomationExecutionId: &id})
	var gone *types.AutomationExecutionNotFoundException
	switch {
	case errors.As(err, &gone):
		if soon, err := unheardWork(ctx, d, w, "automation", id); err != nil || soon {
			return Outcome{}, err
		}
		return Outcome{}, permanent("ExecutionGone", "Systems Manager has no execution %s in environment %s any more", id, w.Environment)
	case err != nil:
		return Outcome{}, callError(err, "automation", w, "get execution "+id)
	case got.AutomationExecution == nil:
		return Outcome{}, fmt.Errorf("get execution %s: the answer has none", id)
	}
	run := automationRun{*got.AutomationExecution}
	fmt.Fprintln(w.Log, run.progress())
	outcome, err := run.outcome(w)
	if err == nil && !outcome.Done && run.ExecutionStartTime != nil { // it has begun and goes on
		err = stopOverdue(ctx, d, w, client, id, *run.ExecutionStartTime)
	}
	return conclude(ctx, d, w, "automation", id, outcome, err)
}

// stopOverdue stops an execution whose time is over, and has one checked then whose time is not.
func stopOverdue(ctx context.Context, d Dependencies, w Work, client *ssm.Client, id string, started time.Time) error {
	over, err := overdue(ctx, d, w, "automation", id, started)
	if err != nil || !over {
		return err
	}
	if err := stopAutomation(ctx, client, w, id); err != nil {
		return err
	}
	return transient("TimedOut", "execution %s went on for longer than %s, and was stopped; raise the step's timeout", id, w.Timeout.Round(time.Second))
}

// Cancel implements [Remote]: the step that runs ends by itself, and no other begins.
func (automation) Cancel(ctx context.Context, d Dependencies, w Work, id string) error {
	client, err := automationClient(ctx, d, w)
	if err != nil {
		return err
	}
	return stopAutomation(ctx, client, w, id)
}

// stopAutomation stops an execution unless it has ended.
func stopAutomation(ctx context.Context, client *ssm.Client, w Work, id string) error {
	_, err := client.StopAutomationExecution(ctx, &ssm.StopAutomationExecutionInput{AutomationExecutionId: &id, Type: types.StopTypeCancel})
	var ended *types.InvalidAutomationStatusUpdateException
	var gone *types.AutomationExecutionNotFoundException
	if err == nil {
		fmt.Fprintf(w.Log, "stopped execution %s\n", id)
	}
	if err == nil || errors.As(err, &ended) || errors.As(err, &gone) {
		return nil
	}
	return callError(err, "automation", w, "stop execution "+id)
}
