package step

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
)

// An invocation is what one attempt asks of Lambda.
type invocation struct {
	client     *lambda.Client
	parameters invokeParameters
	work       Work
	now        func() time.Time
}

// do invokes the function and returns what it came to. The error is a [*Failure] unless
// ctx has ended or nobody knows whether the function was invoked.
func (i invocation) do(ctx context.Context) (Outcome, error) {
	limited, cancel := context.WithTimeout(ctx, i.work.Timeout)
	defer cancel()
	started := i.now()
	in := &lambda.InvokeInput{FunctionName: &i.parameters.Function, InvocationType: types.InvocationTypeRequestResponse, Payload: i.parameters.payload()}
	if i.parameters.Qualifier != "" {
		in.Qualifier = &i.parameters.Qualifier
	}
	out, err := i.client.Invoke(limited, in)
	if err != nil {
		return Outcome{}, i.explain(ctx, limited, err)
	}
	version := cmp.Or(aws.ToString(out.ExecutedVersion), i.parameters.Qualifier)
	fmt.Fprintf(i.work.Log, "function %s, version %s: %d bytes, %s\n", i.parameters.Function, cmp.Or(version, "unknown"), len(out.Payload), i.now().Sub(started).Round(time.Millisecond))
	if out.FunctionError != nil {
		return Outcome{}, i.functionFailure(out.Payload)
	}
	outputs := map[string]string{versionOutput: version}
	if err := i.parameters.Outputs.take(out.Payload, "the result", outputs); err != nil {
		return Outcome{}, err
	}
	return Outcome{Done: true, Outputs: outputs}, nil
}

// functionFailure returns what the function says of its error, per "Function errors" in
// the Lambda developer guide.
func (i invocation) functionFailure(payload []byte) *Failure {
	var said struct {
		Type    string `json:"errorType"`
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(payload, &said); err != nil {
		return transient("FunctionFailed", "function %s failed, and what it says is no error object: %s", i.parameters.Function, excerpt(string(payload)))
	}
	return transient("FunctionFailed", "function %s failed: %s: %s", i.parameters.Function, cmp.Or(said.Type, "Error"), cut(said.Message))
}

// explain turns what Lambda answers in place of a result into a failure.
func (i invocation) explain(ctx, limited context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return transient("TimedOut", "function %s did not answer within %s; it may go on; raise the step's timeout", i.parameters.Function, i.work.Timeout)
	}
	if failure := denied(err, invokeKind, i.work); failure != nil {
		return failure
	}
	var gone *types.ResourceNotFoundException
	var answer smithy.APIError
	switch {
	case errors.As(err, &gone):
		return permanent("NoSuchFunction", "there is no function %s%s: %s; create it, or name another", i.parameters.Function, i.qualified(), gone.ErrorMessage())
	case errors.As(err, &answer) && answer.ErrorFault() == smithy.FaultServer:
		return transient(answer.ErrorCode(), "Lambda failed, and nobody knows whether function %s was invoked: %s", i.parameters.Function, answer.ErrorMessage())
	case errors.As(err, &answer):
		return transient(answer.ErrorCode(), "function %s was not invoked: %s", i.parameters.Function, answer.ErrorMessage())
	}
	return fmt.Errorf("invoke function %s: %w", i.parameters.Function, err)
}

// qualified returns the qualifier as it stands in an ARN.
func (i invocation) qualified() string {
	if i.parameters.Qualifier == "" {
		return ""
	}
	return ":" + i.parameters.Qualifier
}
