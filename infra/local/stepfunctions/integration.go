package stepfunctions

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A pattern is what ends a task that has called its service, per "Discover service
// integration patterns" in the Step Functions Developer Guide.
type pattern string

const (
	requestResponse pattern = ""                  // the service's answer
	runJob          pattern = ".sync"             // the end of the execution that it started
	runJobParsed    pattern = ".sync:2"           // the same, with input and output as JSON
	waitForToken    pattern = ".waitForTaskToken" // an answer to the task's token
)

// An integration is what a Task state's Resource names: a service's action,
// called with the state's Arguments.
type integration struct {
	resourceType string // as the history names it
	action       string
	pattern      pattern
	required     []string // arguments that must be there
	optional     []string // further arguments

	// check tells why arguments with the right names can't be used, or "".
	check func(arguments map[string]json.RawMessage) string
	// invoke calls another service, outside of any transaction.
	invoke func(e *Engine, ctx context.Context, c call) (json.RawMessage, error)
	// start starts an execution, inside the transaction that records that it did;
	// it is nil where there is invoke.
	start func(r *run, t *thread, arguments json.RawMessage) (json.RawMessage, error)
}

// resource is the action with its pattern, as the history names it.
func (i integration) resource() string { return i.action + string(i.pattern) }

// arn is what Resource has for i.
func (i integration) arn() string { return "arn:aws:states:::" + i.resourceType + ":" + i.resource() }

// with returns i with another pattern.
func (i integration) with(p pattern) integration {
	i.pattern = p
	return i
}

// integrations returns everything that the Resource of a Task state may name, given
// what this engine is connected to.
func (e *Engine) integrations() map[string]integration {
	list := []integration{
		lambdaInvoke(), lambdaInvoke().with(waitForToken),
		startNested(), startNested().with(runJob), startNested().with(runJobParsed), startNested().with(waitForToken),
	}
	for _, each := range []integration{putEvents(), sendMessage(), publish()} {
		if e.Services[each.resourceType] != nil {
			list = append(list, each, each.with(waitForToken))
		}
	}
	byName := map[string]integration{}
	for _, each := range list {
		byName[each.arn()] = each
	}
	return byName
}

func (e *Engine) integrationNames() string {
	return strings.Join(slices.Sorted(maps.Keys(e.integrations())), ", ")
}

// refuse tells which of the named arguments are missing or unknown, or "".
func (i integration) refuse(arguments map[string]json.RawMessage) string {
	var missing []string
	for _, name := range i.required {
		if arguments[name] == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Sprintf("These fields are required: [%s]", strings.Join(missing, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		if !slices.Contains(i.required, name) && !slices.Contains(i.optional, name) {
			return fmt.Sprintf("The field '%s' is not supported by the local engine for %s:%s", name, i.resourceType, i.resource())
		}
	}
	return ""
}

// usable returns the fault of a task whose evaluated arguments can't be used, or nil.
func (i integration) usable(arguments json.RawMessage) *Fault {
	why := "Arguments must be a JSON object"
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(arguments, &fields); err == nil && fields != nil {
		if why = i.refuse(fields); why == "" {
			why = i.check(fields)
		}
	}
	if why == "" {
		return nil
	}
	return &Fault{Name: errRuntime, Cause: fmt.Sprintf("The Arguments '%s' could not be used to start the Task: [%s]", excerpt(arguments), why)}
}

// mustBe tells that a field isn't of a type, or "".
func mustBe(fields map[string]json.RawMessage, name string, want valueType) string {
	if raw := fields[name]; raw == nil || want.holds(raw) {
		return ""
	}
	return fmt.Sprintf("The value for the field '%s' must be a %s", name, strings.ToUpper(string(want)))
}
