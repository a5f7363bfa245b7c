package step

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// checkChangeSet executes the change set once it is made.
func (s stackStep) checkChangeSet(ctx context.Context, part stackPart) (Outcome, error) {
	set, err := s.describeChangeSet(ctx, part.id, s.parameters.Stack)
	if err != nil {
		return Outcome{}, err
	}
	if set == nil {
		return s.withoutChangeSet(ctx, part)
	}
	switch set.Status {
	case types.ChangeSetStatusCreatePending, types.ChangeSetStatusCreateInProgress:
		return s.awaitChangeSet(ctx, part, set)
	case types.ChangeSetStatusFailed:
		return s.failedChangeSet(ctx, part, set)
	case types.ChangeSetStatusCreateComplete:
		return s.execute(ctx, set)
	}
	return Outcome{}, permanent("Stopped", "change set %s of stack %s is %s", part.id, s.parameters.Stack, set.Status)
}

// withoutChangeSet goes on with the operation that an earlier call has begun by the
// change set that is gone; without one, the change set was deleted by hand or by Cancel.
func (s stackStep) withoutChangeSet(ctx context.Context, part stackPart) (Outcome, error) {
	stack, err := s.stack(ctx, s.parameters.Stack)
	if err != nil {
		return Outcome{}, err
	}
	if stack != nil {
		next := stackPart{operationPart, aws.ToString(stack.StackId), requestToken(s.w)}
		h, err := s.history(ctx, next)
		if err != nil {
			return Outcome{}, err
		}
		if h.status != "" {
			return Outcome{Work: next.String()}, nil
		}
	}
	return Outcome{}, permanent("Stopped", "change set %s of stack %s was deleted before it was executed", part.id, s.parameters.Stack)
}

// awaitChangeSet asks for another look while there is time.
func (s stackStep) awaitChangeSet(ctx context.Context, part stackPart, set *changeSet) (Outcome, error) {
	if !s.d.Now().Before(aws.ToTime(set.CreationTime).Add(s.w.Timeout)) {
		if err := s.deleteChangeSet(ctx, part.id); err != nil {
			return Outcome{}, err
		}
		return Outcome{}, transient("TimedOut", "the change set of stack %s was not made within %s and is deleted; raise the step's timeout", s.parameters.Stack, s.w.Timeout)
	}
	if err := s.d.Timers.Set(ctx, cloudFormationKind, part.String(), s.d.Now().Add(changeSetInterval)); err != nil {
		return Outcome{}, fmt.Errorf("set timer of step %s of %s: %w", s.w.Step, s.w.Execution, err)
	}
	return Outcome{}, nil
}

// failedChangeSet ends the step: with success when there is nothing to change.
func (s stackStep) failedChangeSet(ctx context.Context, part stackPart, set *changeSet) (Outcome, error) {
	if err := s.deleteChangeSet(ctx, part.id); err != nil {
		return Outcome{}, err
	}
	if !set.unchanged() {
		return Outcome{}, permanent("ChangeSetFailed", "the change set of stack %s can't be made: %s", s.parameters.Stack, aws.ToString(set.StatusReason))
	}
	fmt.Fprintf(s.w.Log, "stack %s has nothing to change\n", s.parameters.Stack)
	return s.deployed(ctx, aws.ToString(set.StackId), 0)
}

// execute executes the change set, unless an earlier call has; the operation on the
// stack is the next part.
func (s stackStep) execute(ctx context.Context, set *changeSet) (Outcome, error) {
	next := Outcome{Work: stackPart{operationPart, aws.ToString(set.StackId), requestToken(s.w)}.String()}
	switch set.ExecutionStatus {
	case types.ExecutionStatusExecuteInProgress, types.ExecutionStatusExecuteComplete, types.ExecutionStatusExecuteFailed:
		return next, nil
	case types.ExecutionStatusAvailable:
	default:
		return Outcome{}, transient("ChangeSetObsolete", "the change set of stack %s is %s: the stack has changed since it was made; let another attempt make one", s.parameters.Stack, set.ExecutionStatus)
	}
	for _, line := range set.lines() {
		fmt.Fprintln(s.w.Log, line)
	}
	// Another one than the plan has shown: CloudFormation has deleted that as the stack was
	// changed, or this is another attempt. It is kept to be looked at.
	if len(s.w.Shown) > 0 && !slices.Equal(s.w.Shown, s.shown(set)) {
		return Outcome{}, permanent("ChangesNotShown", "change set %s of stack %s would make other changes than the plan shows, as the stack has changed since; promote the release again",
			aws.ToString(set.ChangeSetName), s.parameters.Stack)
	}
	if late, err := over(ctx, s.d, s.w); err != nil || late {
		return Outcome{}, err
	}
	token := requestToken(s.w)
	_, err := s.client.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{
		ChangeSetName: set.ChangeSetId, StackName: &s.parameters.Stack, ClientRequestToken: &token,
		DisableRollback: aws.Bool(false), // the reference and the guide disagree on the default
	})
	var again *types.TokenAlreadyExistsException
	if err != nil && !errors.As(err, &again) {
		return Outcome{}, s.explain(err, "execute change set of")
	}
	fmt.Fprintf(s.w.Log, "change set of stack %s is executed: %d changes\n", s.parameters.Stack, len(set.changes))
	return next, nil
}
