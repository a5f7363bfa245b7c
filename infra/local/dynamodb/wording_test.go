package dynamodb_test

import (
	"regexp"
	"slices"
)

// A wording is a message of the engine's and the reference's for the same fault;
// what the groups match must be the same in both.
type wording struct{ ours, theirs *regexp.Regexp }

func words(ours, theirs string) wording {
	return wording{regexp.MustCompile("^(?:" + ours + ")$"), regexp.MustCompile("^(?:" + theirs + ")$")}
}

const overlap = `(Invalid \w+: Two document paths (?:overlap|conflict) with each other; must remove or rewrite one of these paths; path one: ).*`

// wordings are those that differ.
var wordings = []wording{
	words(overlap, overlap), // the reference names another path as the second
	words(`The conditional request failed`, `The conditional request failed\.`),
	words(`(.*)Attempting to store more than 38 significant digits in a Number(.*)`, `(.*)DynamoDB only supports precision up to 38 digits(.*)`),
	words(`(.*)The parameter cannot be converted to a numeric value: .( for key :v0)?`, `(.*)A value provided cannot be converted into a number( for key :v0)?`),
	words(`The provided key element does not match the schema`,
		`The number of conditions on the keys is invalid|One or more parameter values were invalid: Type mismatch for key|Invalid attribute value type`),
	words(`One or more parameter values were invalid: Missing the key .k in the item`, `One of the required keys was not given a value`),
	words(`One or more parameter values were invalid: Type mismatch for key .k expected: . actual: \w+`,
		`One or more parameter values were invalid: Type mismatch for key|Invalid attribute value type`),
	words(`One or more parameter values were invalid: Type mismatch for Index Key . Expected: . Actual: \w+ IndexName: \w+`,
		`One or more parameter values were invalid: Type mismatch for Index Key|Invalid attribute value type`),
	words(`(One or more parameter values are not valid. A value specified for a secondary index key is not supported.*IndexName: )Keys(, IndexKey: g)`,
		`(One or more parameter values are not valid. A value specified for a secondary index key is not supported.*IndexName: )All(, IndexKey: g)`),
	words(`Requested resource not found`, `Cannot do operations on a non-existent table`),
	words(`1 validation error detected: Value null at '(?:\w+\.)*(\w+)' failed to satisfy constraint: Member must not be null`,
		`Value null at '(?:transactItems\.\d+\.member\.\w+\.)?(\w+)' failed to satisfy constraint: Member must not be null`),
	words(`1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null`, `Requested resource not found`),
	words(`1 validation error detected: Value null at 'key' failed to satisfy constraint: Member must not be null`,
		`Cannot have null key for GetItem, DeleteItem, or UpdateItem|Get Condition for key not in key list`),
	words(`1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null`, `Item to put in PutItem cannot be null`),
	words(`1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
		`Limit must be greater than or equal to 1`),
	words(`Consistent reads are not supported on global secondary indexes`, `Consistent read cannot be true when (?:querying|scanning) a GSI`),
	words(`Query condition missed key schema element: \w+`, `Query condition missed key schema element`),
	words(`ClientRequestToken \S+ was used for another transaction less than 10m0s ago; a new transaction needs a new token`, ``),
}

// same tells whether the two messages are of one of the wordings.
func sameButForWords(ours, theirs string) bool {
	return slices.ContainsFunc(wordings, func(w wording) bool {
		a, b := w.ours.FindStringSubmatch(ours), w.theirs.FindStringSubmatch(theirs)
		return a != nil && b != nil && slices.Equal(a[1:], b[1:])
	})
}

// reword puts the engine's words for the reference's, in the message and in the reasons of a cancellation.
func (e *exchange) reword() {
	if e.ours.Error != e.theirs.Error {
		return
	}
	if sameButForWords(e.ours.Message, e.theirs.Message) {
		e.theirs.Message = e.ours.Message
	}
	ours, theirs := reasons(e.ours), reasons(e.theirs)
	for i := range min(len(ours), len(theirs)) {
		a, _ := ours[i]["Message"].(string)
		b, _ := theirs[i]["Message"].(string)
		if sameButForWords(a, b) {
			theirs[i]["Message"] = a
		}
	}
}

// reasons are the cancellation reasons of an answer, if it has any.
func reasons(a answer) []object {
	body, _ := a.Body.(object)
	list, _ := body["CancellationReasons"].([]any)
	var all []object
	for _, reason := range list {
		all = append(all, reason.(object))
	}
	return all
}
