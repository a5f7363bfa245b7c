package dynamodb

import (
	"errors"
	"strings"

	"slipway/infra/local/awsjson"
)

// A cancellation tells why one action of a transaction did not go through;
// Code is "None" for an action that would have.
type cancellation struct {
	Code    string
	Message string `json:",omitempty"`
	Item    item   `json:",omitempty"`
}

func invalid(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("ValidationException", format, args...)
}

func malformed(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("SerializationException", format, args...)
}

// notInSet refuses a value that is none of the values that a member may have.
func notInSet(member, value string, allowed ...string) *awsjson.Error {
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: "+
		"Member must satisfy enum value set: [%s]", value, member, strings.Join(allowed, ", "))
}

// missingMember refuses a request without a member that it must have.
func missingMember(member string) *awsjson.Error {
	return invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: "+
		"Member must not be null", member)
}

func noSuchTable() *awsjson.Error {
	return awsjson.Errorf("ResourceNotFoundException", "Requested resource not found")
}

// conditionFailed tells that a condition failed; found is the item that failed it,
// when the request asked for it.
func conditionFailed(found item) *awsjson.Error {
	refusal := awsjson.Errorf("ConditionalCheckFailedException", "The conditional request failed")
	if found != nil {
		refusal.Members = map[string]any{"Item": found}
	}
	return refusal
}

// cancelled is the error of a transaction of which at least one reason is not None.
func cancelled(reasons []cancellation) *awsjson.Error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	message := "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"
	return &awsjson.Error{Code: "TransactionCanceledException", Message: message,
		Members: map[string]any{"Message": message, "CancellationReasons": reasons}}
}

// reasonFor is the cancellation that an action's own error causes; nil causes none.
func reasonFor(err *awsjson.Error) cancellation {
	switch {
	case err == nil:
		return cancellation{Code: "None"}
	case err.Code == "ConditionalCheckFailedException":
		found, _ := err.Members["Item"].(item)
		return cancellation{Code: "ConditionalCheckFailed", Message: err.Message, Item: found}
	}
	return cancellation{Code: "ValidationError", Message: err.Message}
}

// asRefusal returns err where the request is to blame for it, and nil where the store is.
func asRefusal(err error) *awsjson.Error {
	refusal, _ := errors.AsType[*awsjson.Error](err)
	return refusal
}
