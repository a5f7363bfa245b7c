package step

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// checkOperation looks how far the creation, update or deletion has come. The stack's
// own events tell, by the token of the request: its status may already be that of what
// somebody else does with it.
func (s stackStep) checkOperation(ctx context.Context, part stackPart) (Outcome, error) {
	if s.parameters.Action == deleteStack {
		if stack, err := s.stack(ctx, part.id); err != nil || stack == nil || stack.StackStatus == types.StackStatusDeleteComplete {
			return s.deleted(ctx, part, err)
		}
	}
	h, err := s.history(ctx, part)
	if err != nil {
		return Outcome{}, err
	}
	set, err := s.executedSet(ctx, part)
	if err != nil {
		return Outcome{}, err
	}
	status := h.status
	if status == "" {
		status = set.executed()
	}
	switch {
	case status == types.StackStatusCreateComplete, status == types.StackStatusUpdateComplete, status == types.StackStatusImportComplete:
		return s.succeeded(ctx, part, set)
	case status == "" || strings.HasSuffix(string(status), "_IN_PROGRESS"):
		return s.awaitOperation(ctx, part, h)
	}
	if err := ended(ctx, s.d, s.w, cloudFormationKind, part.String()); err != nil {
		return Outcome{}, err
	}
	return Outcome{}, transient("StackFailed", "stack %s came to %s: %s", s.parameters.Stack, status, h.cause(s.w.Log))
}

// executedSet returns the attempt's change set, or nil.
func (s stackStep) executedSet(ctx context.Context, part stackPart) (*changeSet, error) {
	if s.parameters.Action != deployStack {
		return nil, nil
	}
	return s.describeChangeSet(ctx, s.changeSetName(), part.id)
}

// executed returns what the stack came to, as far as the change set alone tells it,
// should the events have no token.
func (c *changeSet) executed() types.StackStatus {
	switch {
	case c != nil && c.ExecutionStatus == types.ExecutionStatusExecuteComplete:
		return types.StackStatusUpdateComplete
	case c != nil && c.ExecutionStatus == types.ExecutionStatusExecuteFailed:
		return types.StackStatusUpdateFailed
	}
	return ""
}

func (s stackStep) succeeded(ctx context.Context, part stackPart, set *changeSet) (Outcome, error) {
	if err := ended(ctx, s.d, s.w, cloudFormationKind, part.String()); err != nil {
		return Outcome{}, err
	}
	changes := -1
	if set != nil {
		changes = len(set.changes)
	}
	return s.deployed(ctx, part.id, changes)
}

// deleted returns the outcome of a deletion that has succeeded, unless err says otherwise.
func (s stackStep) deleted(ctx context.Context, part stackPart, err error) (Outcome, error) {
	if err == nil {
		err = ended(ctx, s.d, s.w, cloudFormationKind, part.String())
	}
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Done: true, Outputs: map[string]string{"stack-id": part.id, "stack-status": string(types.StackStatusDeleteComplete)}}, nil
}

// awaitOperation waits for the end of the operation while there is time; then it fails,
// and an update is rolled back.
func (s stackStep) awaitOperation(ctx context.Context, part stackPart, h stackHistory) (Outcome, error) {
	started := h.started
	if started.IsZero() {
		started = s.d.Now() // it has no event yet; the change set may be days older
	}
	late, err := overdue(ctx, s.d, s.w, cloudFormationKind, part.String(), started)
	if err != nil || !late {
		return Outcome{}, err
	}
	if err := s.cancelUpdate(ctx, part.id); err != nil {
		return Outcome{}, err
	}
	return Outcome{}, transient("TimedOut", "stack %s was not done within %s; an update is rolled back, anything else goes on; raise the step's timeout", s.parameters.Stack, s.w.Timeout)
}

// cancelUpdate rolls back an update that goes on; CloudFormation can cancel nothing else.
func (s stackStep) cancelUpdate(ctx context.Context, id string) error {
	stack, err := s.stack(ctx, id)
	if err != nil || stack == nil {
		return err
	}
	if stack.StackStatus != types.StackStatusUpdateInProgress {
		fmt.Fprintf(s.w.Log, "stack %s is %s, which can't be cancelled\n", s.parameters.Stack, stack.StackStatus)
		return nil
	}
	token := requestToken(s.w) + cancelSuffix
	_, err = s.client.CancelUpdateStack(ctx, &cloudformation.CancelUpdateStackInput{StackName: &id, ClientRequestToken: &token})
	var again *types.TokenAlreadyExistsException
	var answer smithy.APIError
	if err != nil && !errors.As(err, &again) && (!errors.As(err, &answer) || answer.ErrorCode() != "ValidationError") {
		return s.explain(err, "cancel update of")
	}
	fmt.Fprintf(s.w.Log, "the update of stack %s is cancelled and rolled back\n", s.parameters.Stack)
	return nil
}
