package stepfunctions

import (
	"context"
	"encoding/json"
)

// lambdaInvoke is lambda:invoke, per "Invoke an AWS Lambda function with Step Functions".
func lambdaInvoke() integration {
	return integration{
		resourceType: "lambda", action: "invoke",
		required: []string{"FunctionName"}, optional: []string{"Payload", "InvocationType"},
		check: func(fields map[string]json.RawMessage) string {
			if kind := string(fields["InvocationType"]); kind != "" && kind != `"RequestResponse"` {
				return "The value for the field 'InvocationType' must be RequestResponse"
			}
			if string(fields["FunctionName"]) == `""` {
				return "The value for the field 'FunctionName' must be a STRING"
			}
			return mustBe(fields, "FunctionName", isText)
		},
		invoke: (*Engine).invokeFunction,
	}
}

func (e *Engine) invokeFunction(ctx context.Context, c call) (json.RawMessage, error) {
	var in struct {
		FunctionName string
		Payload      json.RawMessage
	}
	if err := json.Unmarshal(c.arguments, &in); err != nil {
		return nil, err
	}
	if in.Payload == nil {
		in.Payload = json.RawMessage("{}")
	}
	answer, err := e.Invoke(ctx, in.FunctionName, in.Payload)
	if err != nil {
		return nil, err
	}
	return functionResult(answer)
}

// functionResult is the result of lambda:invoke for a function's answer.
func functionResult(answer []byte) (json.RawMessage, error) {
	if len(answer) == 0 {
		answer = []byte("null")
	}
	if !json.Valid(answer) {
		return nil, &Fault{Name: errLambdaUnknown, Cause: "The function's answer is not JSON: " + excerpt(answer)}
	}
	return marshal(struct {
		ExecutedVersion string
		Payload         json.RawMessage
		StatusCode      int
	}{"$LATEST", answer, 200}), nil
}
