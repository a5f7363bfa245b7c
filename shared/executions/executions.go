// Package executions starts state machine executions and answers their tasks.
package executions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Executions are the executions of Step Functions.
type Executions struct{ client *sfn.Client }

// New returns the executions that client reaches.
func New(client *sfn.Client) *Executions { return &Executions{client} }

// Start starts an execution of machine, an ARN, under a name that says what it is
// of. One of that name that was started before, open or ended, is the same one.
func (e *Executions) Start(ctx context.Context, machine, name string, input any) error {
	data, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("start execution %s: %w", name, err)
	}
	_, err = e.client.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &machine, Name: &name, Input: aws.String(string(data))})
	if exists := (*types.ExecutionAlreadyExists)(nil); errors.As(err, &exists) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("start execution %s: %w", name, err)
	}
	return nil
}

// Succeed answers the task that waits for token. A task that no longer waits has
// been answered before or has timed out: that is no error, as what is answered
// stands in the table.
func (e *Executions) Succeed(ctx context.Context, token string, output any) error {
	data, err := json.Marshal(output)
	if err == nil {
		_, err = e.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(data))})
	}
	return answered(err)
}

// maxCause is the longest cause that SendTaskFailure takes, in bytes.
const maxCause = 32768

// Fail answers the task that waits for token with an error; see [Executions.Succeed].
// A cause that is too long is cut, between two characters.
func (e *Executions) Fail(ctx context.Context, token, name, cause string) error {
	cause = strings.ToValidUTF8(cause[:min(len(cause), maxCause)], "")
	_, err := e.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: &name, Cause: &cause})
	return answered(err)
}

func answered(err error) error {
	var timedOut *types.TaskTimedOut
	var gone *types.TaskDoesNotExist
	if err == nil || errors.As(err, &timedOut) || errors.As(err, &gone) {
		return nil
	}
	return fmt.Errorf("answer task: %w", err)
}
