package dynamodb

import (
	"encoding/json"
	"fmt"
	"strings"
)

// An apiError is an error as DynamoDB's wire protocol carries it.
type apiError struct {
	shape   string // the error's name, for example ValidationException
	message string
	item    item // the item that failed a condition, when the request asked for it
	reasons []cancellation
}

// A cancellation tells why one action of a transaction did not go through;
// Code is "None" for an action that would have.
type cancellation struct {
	Code    string
	Message string `json:",omitempty"`
	Item    item   `json:",omitempty"`
}

func (e *apiError) Error() string { return e.shape + ": " + e.message }

// status is the HTTP status that belongs to the error.
func (e *apiError) status() int {
	if e.shape == "InternalServerError" {
		return 500
	}
	return 400
}

// typeName is the error's name with the namespace that DynamoDB puts before it.
func (e *apiError) typeName() string {
	switch e.shape {
	case "ValidationException":
		return "com.amazon.coral.validate#" + e.shape
	case "SerializationException", "UnknownOperationException":
		return "com.amazon.coral.service#" + e.shape
	}
	return "com.amazonaws.dynamodb.v20120810#" + e.shape
}

// body is the error's answer; a cancelled transaction spells its message with a capital, as its shape does.
func (e *apiError) body() []byte {
	content := map[string]any{"__type": e.typeName()}
	if e.reasons != nil {
		content["Message"] = e.message
		content["CancellationReasons"] = e.reasons
	} else {
		content["message"] = e.message
	}
	if e.item != nil {
		content["Item"] = e.item
	}
	raw, err := json.Marshal(content)
	if err != nil { // strings and items always have a JSON form
		panic(err)
	}
	return raw
}

func invalid(format string, args ...any) *apiError {
	return &apiError{shape: "ValidationException", message: fmt.Sprintf(format, args...)}
}

func malformed(format string, args ...any) *apiError {
	return &apiError{shape: "SerializationException", message: fmt.Sprintf(format, args...)}
}

// notInSet refuses a value that is none of the values that a member may have.
func notInSet(member, value string, allowed ...string) *apiError {
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: "+
		"Member must satisfy enum value set: [%s]", value, member, strings.Join(allowed, ", "))
}

// missingMember refuses a request without a member that it must have.
func missingMember(member string) *apiError {
	return invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: "+
		"Member must not be null", member)
}

func noSuchTable() *apiError {
	return &apiError{shape: "ResourceNotFoundException", message: "Requested resource not found"}
}

func conditionFailed(found item) *apiError {
	return &apiError{shape: "ConditionalCheckFailedException", message: "The conditional request failed", item: found}
}

// cancelled is the error of a transaction of which at least one reason is not None.
func cancelled(reasons []cancellation) *apiError {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	return &apiError{
		shape: "TransactionCanceledException",
		message: "Transaction cancelled, please refer cancellation reasons for specific reasons [" +
			strings.Join(codes, ", ") + "]",
		reasons: reasons,
	}
}

// reasonFor is the cancellation that an action's own error causes; nil causes none.
func reasonFor(err *apiError) cancellation {
	switch {
	case err == nil:
		return cancellation{Code: "None"}
	case err.shape == "ConditionalCheckFailedException":
		return cancellation{Code: "ConditionalCheckFailed", Message: err.message, Item: err.item}
	}
	return cancellation{Code: "ValidationError", Message: err.message}
}
