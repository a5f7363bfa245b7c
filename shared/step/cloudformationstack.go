package step

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// stack returns the stack with that name or ARN; nil when there is none. A stack that
// was deleted is found by its ARN only.
func (s stackStep) stack(ctx context.Context, name string) (*types.Stack, error) {
	found, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	switch {
	case noSuchStack(err):
		return nil, nil
	case err != nil:
		return nil, s.explain(err, "describe")
	case len(found.Stacks) == 0:
		return nil, nil
	}
	return &found.Stacks[0], nil
}

// noSuchStack tells whether err says that there is no such stack; CloudFormation has no
// code of its own for that.
func noSuchStack(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && answer.ErrorCode() == "ValidationError" && strings.Contains(answer.ErrorMessage(), "does not exist")
}

// explain turns an answer that repeating the call can't mend into a failure.
func (s stackStep) explain(err error, what string) error {
	var capabilities *types.InsufficientCapabilitiesException
	var answer smithy.APIError
	switch {
	case errors.As(err, &capabilities):
		return permanent("InsufficientCapabilities", "stack %s: %s; list what it asks for under capabilities", s.parameters.Stack, capabilities.ErrorMessage())
	case errors.As(err, &answer) && answer.ErrorCode() == "ValidationError" && strings.Contains(answer.ErrorMessage(), "_IN_PROGRESS state"):
		return transient("StackBusy", "stack %s: %s; wait until that has ended", s.parameters.Stack, answer.ErrorMessage())
	case errors.As(err, &answer) && answer.ErrorCode() == "ValidationError":
		return permanent("ValidationError", "stack %s: %s", s.parameters.Stack, answer.ErrorMessage())
	}
	return callError(err, cloudFormationKind, s.w, what+" stack "+s.parameters.Stack)
}

// busy returns the failure of a step on a stack that somebody else works on, or nil.
func busy(stack *types.Stack) *Failure {
	if stack.StackStatus == types.StackStatusReviewInProgress || !strings.HasSuffix(string(stack.StackStatus), "_IN_PROGRESS") {
		return nil
	}
	return transient("StackBusy", "stack %s is %s by somebody else; wait until that has ended", aws.ToString(stack.StackName), stack.StackStatus)
}

// undeployable returns the failure of a deployment to a stack in a state that takes no
// change set, or nil; the states are those of "Stack status codes" in the user guide.
func undeployable(stack *types.Stack) error {
	if failure := busy(stack); failure != nil {
		return failure
	}
	broken := []types.StackStatus{types.StackStatusCreateFailed, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusDeleteFailed}
	switch {
	case slices.Contains(broken, stack.StackStatus):
		return permanent("StackUnusable", "stack %s is %s and can't be updated; delete it, with a step that has action: delete, and deploy again", aws.ToString(stack.StackName), stack.StackStatus)
	case stack.StackStatus == types.StackStatusUpdateRollbackFailed || stack.StackStatus == types.StackStatusImportRollbackFailed:
		return permanent("StackUnusable", "stack %s is %s; mend what its events tell, and continue the rollback in CloudFormation's console", aws.ToString(stack.StackName), stack.StackStatus)
	}
	return nil
}

// deployed returns the outcome of a deployment that has succeeded; changes is negative
// when their number is no longer known.
func (s stackStep) deployed(ctx context.Context, id string, changes int) (Outcome, error) {
	stack, err := s.stack(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if stack == nil {
		return Outcome{}, permanent("NoSuchStack", "stack %s was deleted right after the deployment", id)
	}
	found := foundOutputs{values: map[string]string{"stack-id": id, "stack-status": string(stack.StackStatus)}, log: s.w.Log}
	if changes >= 0 {
		found.values["changes"] = strconv.Itoa(changes)
	}
	for _, o := range stack.Outputs {
		found.add(aws.ToString(o.OutputKey), aws.ToString(o.OutputValue))
	}
	return Outcome{Done: true, Outputs: found.values}, nil
}
