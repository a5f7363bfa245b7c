// Package decideapproval records what approvers decide.
package decideapproval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"slipway/events"
	"slipway/shared/fault"
	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/table"
)

// Store is where deployments and approvals are kept.
type Store interface {
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	Execution(ctx context.Context, id pipeline.ExecutionID) (pipeline.Execution, error)
	Step(ctx context.Context, id pipeline.ExecutionID, step string) (pipeline.StepRun, error)
	JoinApproval(ctx context.Context, execution string, half table.ApprovalRequest) (table.ApprovalRequest, error)
	Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error
}

// Executions answers tasks.
type Executions interface {
	Succeed(ctx context.Context, token string, output any) error
	Fail(ctx context.Context, token, name, cause string) error
}

// A Handler records decisions.
type Handler struct {
	store      Store
	executions Executions
	platform   platform.Platform
	now        func() time.Time
}

// New returns a handler that knows the people of p.
func New(store Store, executions Executions, p platform.Platform, now func() time.Time) *Handler {
	return &Handler{store, executions, p, now}
}

// A Task is what the Approve state machine hands over: its own execution, and a
// token to answer.
type Task struct {
	Execution    string          `json:"execution"`    // ARN
	StateMachine string          `json:"stateMachine"` // name, Approve-<environment>
	Input        json.RawMessage `json:"input"`
	Token        string          `json:"token"`
}

// An Input is a [Task] or, if it has a detail-type, the CloudTrail record of the
// call that started the execution.
type Input struct {
	Task
	ID         string         `json:"id"`
	DetailType string         `json:"detail-type"`
	Detail     events.APICall `json:"detail"`
}

// Handle decides once it knows both what is to be decided and, from the record of
// the call, by whom; they come in either order. A record that comes when the
// execution is about to give up, or has, decides nothing. The input of the
// execution is not believed about who its author is, nor about the environment,
// which is that of the state machine.
func (h *Handler) Handle(ctx context.Context, in Input) (struct{}, error) {
	execution, half := in.Execution, in.half(h.now())
	if in.DetailType != "" {
		if in.Detail.ErrorCode != "" {
			return struct{}{}, nil // the call was refused and started nothing
		}
		execution, half = in.Detail.ResponseElements.ExecutionARN, table.ApprovalRequest{Caller: in.Detail.UserIdentity.ARN}
	}
	if execution == "" {
		return struct{}{}, fmt.Errorf("event %s names no execution: %w", in.ID, pipeline.ErrInvalid)
	}
	request, err := h.store.JoinApproval(ctx, execution, half)
	if err != nil || !request.Complete() || h.now().Sub(request.AskedAt) > patience {
		return struct{}{}, err
	}
	return struct{}{}, h.answer(ctx, execution, request)
}

// patience is how long after an execution has asked it may still be decided. It
// ends well before the Decide state's time-out of an hour, by which the execution
// tells its author that nothing was decided: a record that comes later must not
// decide after all.
const patience = 55 * time.Minute

// machinePrefix begins the name of every Approve state machine.
const machinePrefix = "Approve-"

func (t Task) half(now time.Time) table.ApprovalRequest {
	return table.ApprovalRequest{Input: string(t.Input), Token: t.Token, AskedAt: now, Environment: strings.TrimPrefix(t.StateMachine, machinePrefix)}
}

// answer decides what the execution asks for and tells it how that went. A refusal
// is kept before it is told: a record that comes again, when the deployment may have
// come to ask for this very decision, must not decide after all.
func (h *Handler) answer(ctx context.Context, execution string, r table.ApprovalRequest) error {
	if r.Refusal != "" {
		return h.executions.Fail(ctx, r.Token, fault.Refused, r.Refusal)
	}
	decision, err := h.parse(ctx, r)
	if err == nil {
		decision.By, decision.Via = h.platform.Person(r.Caller), execution
		err = h.Decide(ctx, decision)
	}
	for _, refusal := range []error{pipeline.ErrRefused, pipeline.ErrInvalid, pipeline.ErrNotFound, pipeline.ErrEnded} {
		if errors.Is(err, refusal) {
			why := pipeline.Message(err)
			if _, err := h.store.JoinApproval(ctx, execution, table.ApprovalRequest{Refusal: why}); err != nil {
				return err
			}
			return h.executions.Fail(ctx, r.Token, fault.Refused, why)
		}
	}
	if err != nil {
		return err
	}
	return h.executions.Succeed(ctx, r.Token, decision)
}

// A Decision is what somebody decides on the plan of a deployment, or of an execution
// one of whose steps asks.
type Decision struct {
	Execution pipeline.ExecutionID `json:"execution"`
	Step      string               `json:"step,omitempty"` // that asks, if one does
	Plan      string               `json:"plan"`
	Decision  string               `json:"decision"`
	Note      string               `json:"note"`
	By        string               `json:"by"`
	Via       string               `json:"-"` // see [pipeline.Approval]
}

// approval returns d as it is kept, at the given time.
func (d Decision) approval(now time.Time) pipeline.Approval {
	return pipeline.Approval{Plan: d.Plan, By: d.By, Decision: d.Decision, Note: d.Note, At: now, Via: d.Via}
}

// parse reads the input of an Approve execution.
func (h *Handler) parse(ctx context.Context, r table.ApprovalRequest) (Decision, error) {
	var in events.ApprovalInput
	decoder := json.NewDecoder(strings.NewReader(r.Input))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return Decision{}, fmt.Errorf(`input %s: %s; want {"deployment":"…","plan":"sha256:…","decision":"approve","note":"…"}: %w`,
			r.Input, strings.TrimPrefix(err.Error(), "json: "), pipeline.ErrInvalid)
	}
	id, err := subject(in)
	if err != nil {
		return Decision{}, err
	}
	environment := id.Deployment.Environment
	if id.IsRun() {
		x, err := h.store.Execution(ctx, id)
		if err != nil {
			return Decision{}, err
		}
		environment = x.Subject.Environment
	}
	if environment != r.Environment {
		return Decision{}, fmt.Errorf("%s is to %s and is decided on with %s%s, not with %s%s: %w",
			id, environment, machinePrefix, environment, machinePrefix, r.Environment, pipeline.ErrRefused)
	}
	return Decision{Execution: id, Step: in.Step, Plan: in.Plan, Decision: in.Decision, Note: in.Note}, nil
}

// subject returns what an input decides on.
func subject(in events.ApprovalInput) (pipeline.ExecutionID, error) {
	if in.Run == "" {
		id, err := pipeline.ParseDeploymentID(in.Deployment)
		return pipeline.ExecutionID{Deployment: id}, err
	}
	if in.Deployment != "" || in.Step == "" {
		return pipeline.ExecutionID{}, fmt.Errorf("input for run %s: name the run and its step that asks, and no deployment: %w", in.Run, pipeline.ErrInvalid)
	}
	id, err := pipeline.ParseRunID(in.Run)
	return pipeline.ExecutionID{Run: id}, err
}
