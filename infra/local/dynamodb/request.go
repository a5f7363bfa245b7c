package dynamodb

import "encoding/json"

// legacyParameters are members of requests from before there were expressions.
// They are refused, whatever the operation.
type legacyParameters struct {
	AttributesToGet     json.RawMessage `json:",omitempty"`
	AttributeUpdates    json.RawMessage `json:",omitempty"`
	ConditionalOperator json.RawMessage `json:",omitempty"`
	Expected            json.RawMessage `json:",omitempty"`
	KeyConditions       json.RawMessage `json:",omitempty"`
	QueryFilter         json.RawMessage `json:",omitempty"`
	ScanFilter          json.RawMessage `json:",omitempty"`
}

func (l legacyParameters) refuse() error {
	for _, p := range []struct {
		name    string
		given   json.RawMessage
		instead string
	}{
		{"AttributesToGet", l.AttributesToGet, "ProjectionExpression"},
		{"AttributeUpdates", l.AttributeUpdates, "UpdateExpression"},
		{"ConditionalOperator", l.ConditionalOperator, "AND and OR in an expression"},
		{"Expected", l.Expected, "ConditionExpression"},
		{"KeyConditions", l.KeyConditions, "KeyConditionExpression"},
		{"QueryFilter", l.QueryFilter, "FilterExpression"},
		{"ScanFilter", l.ScanFilter, "FilterExpression"},
	} {
		if p.given != nil {
			return invalid("The legacy parameter %s is not supported; use %s", p.name, p.instead)
		}
	}
	return nil
}

// expressionParameters define the placeholders of a request.
type expressionParameters struct {
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]json.RawMessage
}

func (p expressionParameters) placeholders() (*placeholders, error) {
	return newPlaceholders(p.ExpressionAttributeNames, p.ExpressionAttributeValues)
}

// returnParameters tell what an answer tells about capacity.
type returnParameters struct {
	ReturnConsumedCapacity capacityMode
	// ReturnItemCollectionMetrics has no effect, as only local secondary indexes make item collections.
	ReturnItemCollectionMetrics string
}

func (p returnParameters) check() error {
	if err := p.ReturnConsumedCapacity.check(); err != nil {
		return err
	}
	switch p.ReturnItemCollectionMetrics {
	case "", "NONE", "SIZE":
		return nil
	}
	return notInSet("returnItemCollectionMetrics", p.ReturnItemCollectionMetrics, "SIZE", "NONE")
}

// optional parses an expression if the request has it.
func optional[T any](parameter string, src *string, params *placeholders, grammar func(*parser) (T, error)) (T, *parser, error) {
	if src == nil {
		return *new(T), &parser{}, nil
	}
	return parse(parameter, *src, params, grammar)
}
