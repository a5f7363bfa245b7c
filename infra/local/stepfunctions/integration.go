package stepfunctions

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An integration is what a Task state's Resource names: a service's action,
// called with the state's Arguments.
type integration struct {
	resourceType string // as the history names it
	resource     string
	token        bool     // the task ends with its token, not with the action's answer
	required     string   // argument that must be there
	optional     []string // further arguments
}

// integrations returns every Resource that a Task state may name.
func integrations() map[string]integration {
	invoke := integration{resourceType: "lambda", resource: "invoke", required: "FunctionName", optional: []string{"Payload", "InvocationType"}}
	invokeForToken := invoke
	invokeForToken.resource, invokeForToken.token = "invoke.waitForTaskToken", true
	return map[string]integration{
		"arn:aws:states:::lambda:invoke":                  invoke,
		"arn:aws:states:::lambda:invoke.waitForTaskToken": invokeForToken,
	}
}

func integrationNames() string {
	return strings.Join(slices.Sorted(maps.Keys(integrations())), ", ")
}

// refuse tells which of the named arguments are missing or unknown, or "".
func (i integration) refuse(arguments map[string]json.RawMessage) string {
	if arguments[i.required] == nil {
		return fmt.Sprintf("These fields are required: [%s]", i.required)
	}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if name != i.required && !slices.Contains(i.optional, name) {
			return fmt.Sprintf("The field '%s' is not supported by the local engine for %s:%s", name, i.resourceType, i.resource)
		}
	}
	return ""
}

// A call is one invocation of a Lambda function that a task asks for.
type call struct {
	thread   int
	attempt  int
	function string
	payload  []byte
}

// parseCall returns the function and payload that a task's arguments name.
func (i integration) parseCall(arguments json.RawMessage) (function string, payload json.RawMessage, fault *Fault) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(arguments, &fields); err != nil || fields == nil {
		return "", nil, i.unusable(arguments, "Arguments must be a JSON object")
	}
	if message := i.refuse(fields); message != "" {
		return "", nil, i.unusable(arguments, message)
	}
	if err := json.Unmarshal(fields["FunctionName"], &function); err != nil || function == "" {
		return "", nil, i.unusable(arguments, "The value for the field 'FunctionName' must be a STRING")
	}
	if kind := string(fields["InvocationType"]); kind != "" && kind != `"RequestResponse"` {
		return "", nil, i.unusable(arguments, "The value for the field 'InvocationType' must be RequestResponse")
	}
	if fields["Payload"] == nil {
		return function, json.RawMessage("{}"), nil
	}
	return function, fields["Payload"], nil
}

func (i integration) unusable(arguments json.RawMessage, why string) *Fault {
	return &Fault{Name: errRuntime, Cause: fmt.Sprintf("The Arguments '%s' could not be used to start the Task: [%s]", excerpt(arguments), why)}
}
