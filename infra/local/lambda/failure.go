package lambda

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
)

// A FunctionError tells that a function was run and failed, as opposed to an
// error of the service.
type FunctionError struct {
	Type    string          // errorType in Payload; Step Functions takes it for the error's name
	Message string          // errorMessage in Payload
	Payload json.RawMessage // {"errorMessage", "errorType"[, "stackTrace"]}, as Lambda answers it
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

func newFunctionError(response messages.InvokeResponse_Error) error {
	payload, err := json.Marshal(response)
	if err != nil {
		return fmt.Errorf("encode the error of a function: %w", err)
	}
	return &FunctionError{response.Type, response.Message, payload}
}

// describeError gives the answer that aws-lambda-go sends for an error that a
// handler returned: the name of its outermost type, or the error itself when it
// is an InvokeResponse_Error.
func describeError(err error) messages.InvokeResponse_Error {
	if response, ok := err.(messages.InvokeResponse_Error); ok { // not errors.As: aws-lambda-go doesn't unwrap
		return response
	}
	return messages.InvokeResponse_Error{Message: err.Error(), Type: typeName(err)}
}

// describePanic gives the answer that aws-lambda-go sends for a panic; it must
// be called by the deferred function that recovered value.
func describePanic(value any) messages.InvokeResponse_Error {
	if response, ok := value.(messages.InvokeResponse_Error); ok {
		return response
	}
	return messages.InvokeResponse_Error{Message: fmt.Sprint(value), Type: typeName(value), StackTrace: stack()}
}

func typeName(value any) string {
	t := reflect.TypeOf(value)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// maxFrames is as many frames of a stack trace as aws-lambda-go sends.
const maxFrames = 32

// stack returns the frames of a panic, innermost first.
func stack() []*messages.InvokeResponse_Error_StackFrame {
	const hidden = 4 // Callers, stack, describePanic and the deferred function
	counters := make([]uintptr, maxFrames)
	frames := runtime.CallersFrames(counters[:runtime.Callers(hidden, counters)])
	var trace []*messages.InvokeResponse_Error_StackFrame
	for {
		frame, more := frames.Next()
		trace = append(trace, traceOf(frame))
		if !more {
			return trace
		}
	}
}

// traceOf names a frame by package path and file, so that the trace is the same on every machine.
func traceOf(frame runtime.Frame) *messages.InvokeResponse_Error_StackFrame {
	pkg, label := frame.Function, frame.Function
	if slash := strings.LastIndex(pkg, "/"); slash >= 0 {
		label = label[slash+1:]
	}
	_, label, _ = strings.Cut(label, ".")
	pkg = strings.TrimSuffix(pkg, "."+label)
	return &messages.InvokeResponse_Error_StackFrame{Path: path.Join(pkg, path.Base(frame.File)), Line: int32(frame.Line), Label: label}
}
