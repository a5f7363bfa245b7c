package stepfunctions

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// A ServiceCall calls an operation of another service's API, such as PutEvents, and
// returns its response; both are JSON with the API reference's names. An error of
// the service comes back as a [*Fault] such as Sqs.QueueDoesNotExistException.
type ServiceCall func(ctx context.Context, operation string, request json.RawMessage) (json.RawMessage, error)

// putEvents is events:putEvents, per "Add EventBridge events with Step Functions": Detail
// is JSON, the execution and its state machine are among the resources, and an
// entry that isn't taken fails the task.
func putEvents() integration {
	return integration{
		resourceType: "events", action: "putEvents", required: []string{"Entries"},
		check: func(fields map[string]json.RawMessage) string { return mustBe(fields, "Entries", isArray) },
		invoke: func(e *Engine, ctx context.Context, c call) (json.RawMessage, error) {
			request, err := eventEntries(c)
			if err != nil {
				return nil, err
			}
			answer, err := e.Services["events"](ctx, "PutEvents", request)
			if err != nil {
				return nil, err
			}
			var result struct{ FailedEntryCount int }
			if err := json.Unmarshal(answer, &result); err != nil {
				return nil, fmt.Errorf("read the answer of PutEvents: %w", err)
			}
			if result.FailedEntryCount > 0 {
				return nil, &Fault{Name: "EventBridge.FailedEntry", Cause: string(answer)}
			}
			return answer, nil
		},
	}
}

func eventEntries(c call) (json.RawMessage, error) {
	var in struct{ Entries []map[string]json.RawMessage }
	if err := json.Unmarshal(c.arguments, &in); err != nil {
		return nil, &Fault{Name: errRuntime, Cause: "Entries must be objects: " + err.Error()}
	}
	for _, entry := range in.Entries {
		asText(entry, "Detail")
		var resources []string
		if raw := entry["Resources"]; raw != nil {
			if err := json.Unmarshal(raw, &resources); err != nil {
				return nil, &Fault{Name: errRuntime, Cause: "Resources must be strings: " + err.Error()}
			}
		}
		for _, arn := range []string{c.execution, c.machine} {
			if !slices.Contains(resources, arn) {
				resources = append(resources, arn)
			}
		}
		entry["Resources"] = marshal(resources)
	}
	return marshal(in), nil
}

// sendMessage is sqs:sendMessage, whose MessageBody may be any JSON.
func sendMessage() integration {
	return messaging("sqs", "sendMessage", "SendMessage", "MessageBody", "QueueUrl",
		"DelaySeconds", "MessageAttributes", "MessageDeduplicationId", "MessageGroupId")
}

// publish is sns:publish, whose Message may be any JSON.
func publish() integration {
	return messaging("sns", "publish", "Publish", "Message", "TopicArn",
		"MessageAttributes", "MessageDeduplicationId", "MessageGroupId", "MessageStructure", "Subject")
}

// messaging is an integration that sends body to a place.
func messaging(service, action, operation, body, place string, optional ...string) integration {
	return integration{
		resourceType: service, action: action, required: []string{body, place}, optional: optional,
		check: func(fields map[string]json.RawMessage) string { return mustBe(fields, place, isText) },
		invoke: func(e *Engine, ctx context.Context, c call) (json.RawMessage, error) {
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(c.arguments, &fields); err != nil {
				return nil, err
			}
			asText(fields, body)
			return e.Services[service](ctx, operation, marshal(fields))
		},
	}
}

// asText makes a string of a field that has JSON of another type.
func asText(fields map[string]json.RawMessage, name string) {
	if raw := fields[name]; raw != nil && !isText.holds(raw) {
		fields[name] = quote(string(raw))
	}
}
