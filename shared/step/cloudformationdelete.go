package step

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// delete begins the deletion of the stack; a stack that isn't there is deleted.
func (s stackStep) delete(ctx context.Context) (Outcome, error) {
	stack, err := s.stack(ctx, s.parameters.Stack)
	if err != nil {
		return Outcome{}, err
	}
	if stack == nil {
		fmt.Fprintf(s.w.Log, "there is no stack %s\n", s.parameters.Stack)
		return Outcome{Done: true, Outputs: map[string]string{"stack-status": string(types.StackStatusDeleteComplete)}}, nil
	}
	part := stackPart{operationPart, aws.ToString(stack.StackId), requestToken(s.w)}
	if failure := busy(stack); failure != nil {
		h, err := s.history(ctx, part)
		if err != nil {
			return Outcome{}, err
		}
		if h.status == "" {
			return Outcome{}, failure
		}
		return Outcome{Work: part.String()}, nil // an earlier call has begun it
	}
	_, err = s.client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: stack.StackId, ClientRequestToken: &part.token, RoleARN: optionalText(s.parameters.RoleARN)})
	var again *types.TokenAlreadyExistsException
	if err != nil && !errors.As(err, &again) {
		return Outcome{}, s.explain(err, "delete")
	}
	fmt.Fprintf(s.w.Log, "stack %s is being deleted\n", s.parameters.Stack)
	return Outcome{Work: part.String()}, nil
}
