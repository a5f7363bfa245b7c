package dynamodb_test

import (
	"regexp"
	"slices"
	"strings"
)

// The methods of this file take out deviations in what is refused; see [deviations].

// agree makes the reference's answer that of the engine.
func (e *exchange) agree() { e.theirs = e.ours }

func (e *exchange) refuseUnknownMember() {
	if strings.HasPrefix(e.ours.Message, "The request has a member that is not supported: ") {
		e.agree()
	}
}

func (e *exchange) refuseIndexKeyType() {
	const refusal = "The update expression attempted to update the secondary index key to unsupported type"
	messages := []any{e.ours.Message}
	for _, reason := range reasons(e.ours) {
		messages = append(messages, reason["Message"])
	}
	passes := e.theirs.Error == "" || e.theirs.Error == e.ours.Error && e.theirs.Message != e.ours.Message
	other := e.theirs.Message == "Invalid attribute value type" ||
		strings.HasPrefix(e.theirs.Message, "One or more parameter values are not valid. The update expression attempted to update a secondary index key")
	if slices.Contains(messages, any(refusal)) && (passes || other) {
		e.agree()
	}
}

func (e *exchange) reserveSize() {
	if strings.HasSuffix(e.ours.Message, "Attribute name is a reserved keyword; reserved keyword: size") {
		e.agree()
	}
}

func (e *exchange) refuseMissingUpdate() {
	if strings.Contains(e.ours.Message, "'transactItems.member.update.updateExpression'") {
		e.agree()
	}
}

func (e *exchange) updateNothing() {
	if e.Op == "UpdateItem" && e.Request["UpdateExpression"] == nil && e.theirs.Error == "InternalFailure" {
		e.agree()
	}
}

// The faults of a request that has several, of which each side tells one.
var (
	memberFault = regexp.MustCompile(`^(1 validation error detected: Value null at|Requested resource not found|` +
		`Cannot specify the ProjectionExpression when|The parameter cannot be converted to a numeric value|Supplied AttributeValue|` +
		`Number (over|under)flow|Attempting to store more|Input collection|One or more parameter values were invalid: (An|Input|Null) )`)
	expressionFault = regexp.MustCompile(`^(Invalid \w+Expression: |Value provided in Expression|ExpressionAttribute\w+ (contains|can only))`)
	tableOrKeyFault = regexp.MustCompile(`^(Cannot do operations on a non-existent table|The number of conditions on the keys is invalid|` +
		`One of the required keys was not given a value|Invalid attribute value type|The table does not have the specified index: Nope|` +
		`One or more parameter values were invalid: (Type mismatch for (k|Index K)ey|Secondary index)|Provided list of item keys contains duplicates|` +
		`One or more parameter values are not valid. The AttributeValue for a key|Item to put in PutItem cannot be null|` +
		`Consistent read cannot be true)`)
	updateFault = regexp.MustCompile(`^(The document path provided in the update expression is invalid for update|` +
		`The provided expression refers to an attribute that does not exist in the item|` +
		`An operand in the update expression has an incorrect data type|` +
		`Attempting to store more than 38 significant digits in a Number|DynamoDB only supports precision up to 38 digits)$`)
)

// wellFormed tells whether a message is about what an expression means rather than how it is written.
func wellFormed(message string) bool {
	return expressionFault.MatchString(message) && !strings.Contains(message, ": Syntax error; ")
}

// severalFaults tells whether two messages may be of two faults of the same request.
func severalFaults(ours, theirs string) bool {
	switch {
	case memberFault.MatchString(ours):
		return expressionFault.MatchString(theirs) || tableOrKeyFault.MatchString(theirs) || updateFault.MatchString(theirs)
	case expressionFault.MatchString(ours):
		return tableOrKeyFault.MatchString(theirs) || wellFormed(ours) && wellFormed(theirs)
	}
	return updateFault.MatchString(ours) && updateFault.MatchString(theirs)
}

func (e *exchange) tellOtherFault() {
	const twice = "Transaction request cannot include multiple operations on one item"
	other := e.theirs.Message
	switch {
	case severalFaults(e.ours.Message, other),
		e.ours.Message == twice && (e.theirs.Error == "TransactionCanceledException" || updateFault.MatchString(other) || tableOrKeyFault.MatchString(other)),
		e.ours.Error == "ValidationException" && e.theirs.Error == "IdempotentParameterMismatchException":
		e.agree()
	}
}

func (e *exchange) cancelForAction() {
	if e.ours.Error != "TransactionCanceledException" || e.theirs.Error == "" {
		return
	}
	told := []string{e.theirs.Message}
	if fewer := reasons(e.theirs); len(fewer) > 0 && len(fewer) < len(reasons(e.ours)) {
		told = nil
		for _, reason := range fewer {
			message, _ := reason["Message"].(string)
			told = append(told, message)
		}
	}
	for _, reason := range reasons(e.ours) {
		if message, _ := reason["Message"].(string); reason["Code"] == "ValidationError" && sameFault(message, told) {
			e.agree()
		}
	}
}

// sameFault tells whether one of the messages is of the same fault as ours, or of another of the same request.
func sameFault(ours string, theirs []string) bool {
	return slices.ContainsFunc(theirs, func(message string) bool {
		return message == ours || sameButForWords(ours, message) || severalFaults(ours, message)
	})
}
