package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"slipway/shared/fault"
	"slipway/shared/pipeline"
)

func TestEveryErrorHasANameForStateMachines(t *testing.T) {
	for want, err := range map[string]error{
		"Conflict": pipeline.ErrConflict, "Ended": pipeline.ErrEnded, "Invalid": pipeline.ErrInvalid,
		"NotFound": pipeline.ErrNotFound, "Refused": pipeline.ErrRefused, "Unexpected": errors.New("disk on fire"),
	} {
		if got := fault.Name(fmt.Errorf("do a thing: %w", err)); got != want {
			t.Errorf("%v has the name %s, want %s", err, got, want)
		}
	}
}

func TestAConflictIsOneWhateverCausedIt(t *testing.T) {
	if got := fault.Name(fmt.Errorf("%w: %w", pipeline.ErrConflict, pipeline.ErrInvalid)); got != fault.Conflict {
		t.Errorf("it is %s", got)
	}
}

// TestAHandlersErrorIsNamedOutermost: aws-lambda-go looks at the outermost error only.
func TestAHandlersErrorIsNamedOutermost(t *testing.T) {
	handle := fault.Handle(func(_ context.Context, in string) (int, error) {
		return len(in), fmt.Errorf("handle %s: %w", in, pipeline.ErrRefused)
	})
	out, err := handle(context.Background(), "four")
	want := messages.InvokeResponse_Error{Type: "Refused", Message: "handle four"}
	got, ok := err.(messages.InvokeResponse_Error)
	if out != 4 || !ok || got.Type != want.Type || got.Message != want.Message {
		t.Errorf("it returns %d and %#v", out, err)
	}
}

func TestASuccessHasNoError(t *testing.T) {
	handle := fault.Handle(func(context.Context, struct{}) (string, error) { return "done", nil })
	if out, err := handle(context.Background(), struct{}{}); out != "done" || err != nil {
		t.Errorf("it returns %q, %v", out, err)
	}
}

func TestTheMessageIsWhatPeopleCanRead(t *testing.T) {
	for cause, want := range map[string]string{
		`{"errorMessage":"step smoke: exit status 1","errorType":"StepFailed"}`: "step smoke: exit status 1",
		`{"errorType":"StepFailed"}`:             `{"errorType":"StepFailed"}`,
		"The task timed out":                     "The task timed out",
		`"quoted"`:                               `"quoted"`,
		"":                                       "",
		`{"errorMessage":"a","errorType":"b"`:    `{"errorMessage":"a","errorType":"b"`,
		`{"errorMessage":"a","trace":["x","y"]}`: "a",
	} {
		if got := fault.Message(cause); got != want {
			t.Errorf("of %q it is %q, want %q", cause, got, want)
		}
	}
}
