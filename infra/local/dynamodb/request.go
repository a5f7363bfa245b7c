package dynamodb

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// decodeRequest reads a request; a member that no request of its kind has is refused.
func decodeRequest(body []byte, request any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(request)
	if err == nil && !errors.Is(trailing(decoder), io.EOF) {
		return malformed("the body of the request must be one JSON object")
	}
	if err == nil {
		return nil
	}
	if refused := asAPIError(err); refused != nil {
		return refused
	}
	if member, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return invalid("The request has a member that is not supported: %s", strings.Trim(member, `"`))
	}
	return malformed("the body of the request can not be read: %v", err)
}

func trailing(decoder *json.Decoder) error {
	_, err := decoder.Token()
	return err
}

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
