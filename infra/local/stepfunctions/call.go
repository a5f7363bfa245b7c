package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"slipway/infra/local/awsjson"
)

// A call is one call of a service that a task asks for.
type call struct {
	execution   string // ARN
	machine     string // ARN
	thread      int
	attempt     int
	integration integration
	arguments   json.RawMessage
}

// callOf is the call of the task that t is in.
func (r *run) callOf(t *thread) call {
	return call{r.x.ARN, r.x.MachineARN, t.ID, t.Task.Attempt, r.state(t).integration, t.Task.Arguments}
}

// call calls a service and tells the execution what came of it.
func (e *Engine) call(c call) error {
	var answer json.RawMessage
	var failure error
	if c.integration.invoke != nil {
		answer, failure = c.integration.invoke(e, context.Background(), c)
	}
	err := e.update(c.execution, func(r *run) error {
		t := r.thread(c.thread)
		if t == nil || t.Task == nil || t.Task.Attempt != c.attempt || t.Task.Answered {
			return errStale
		}
		if c.integration.start != nil {
			answer, failure = c.integration.start(r, t, c.arguments)
			if failure != nil && !refused(failure) {
				return failure
			}
		}
		if failure == nil {
			answer = compact(string(answer))
		}
		r.answered(t, answer, failure)
		return nil
	})
	if err != nil && !errors.Is(err, errStale) {
		return fmt.Errorf("record the answer of %s in execution %s: %w", c.integration.arn(), c.execution, err)
	}
	return err
}

// refused tells whether err is an answer, and not a failure of the store.
func refused(err error) bool {
	_, isFault := errors.AsType[*Fault](err)
	_, isRefusal := errors.AsType[*awsjson.Error](err)
	return isFault || isRefusal
}

// asFault is err as a state machine sees it.
func (i integration) asFault(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok && i.resourceType == "states" {
		return &Fault{Name: "StepFunctions." + refusal.Code + "Exception", Cause: fmt.Sprintf(
			"%s (Service: AWSStepFunctions; Status Code: 400; Error Code: %s)", refusal.Message, refusal.Code)}
	}
	if i.resourceType == "lambda" {
		return &Fault{Name: errLambdaUnknown, Cause: err.Error()}
	}
	return &Fault{Name: errTaskFailed, Cause: err.Error()}
}
