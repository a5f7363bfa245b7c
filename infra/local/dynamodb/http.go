package dynamodb

import (
	"fmt"
	"net/http"

	"slipway/infra/local/awsjson"
)

// service lists what the engine answers.
func (e *Engine) service() awsjson.Service {
	return awsjson.Service{Target: "DynamoDB_20120810", Version: "1.0", NewID: e.requestID,
		Type: typeName, Internal: "InternalServerError", Checksum: true,
		Operations: map[string]awsjson.Operation{
			"CreateTable":        awsjson.Answer(e.serveCreateTable),
			"DescribeTable":      awsjson.Answer(e.describeTable),
			"ListTables":         awsjson.Answer(e.listTables),
			"GetItem":            awsjson.Answer(e.getItem),
			"PutItem":            awsjson.Answer(e.putItem),
			"UpdateItem":         awsjson.Answer(e.updateItem),
			"DeleteItem":         awsjson.Answer(e.deleteItem),
			"Query":              awsjson.Answer(e.query),
			"Scan":               awsjson.Answer(e.scan),
			"BatchGetItem":       awsjson.Answer(e.batchGetItem),
			"BatchWriteItem":     awsjson.Answer(e.batchWriteItem),
			"TransactWriteItems": awsjson.Answer(e.transactWriteItems),
			"TransactGetItems":   awsjson.Answer(e.transactGetItems),
		}}
}

// ServeHTTP answers one call of the DynamoDB API.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.api.ServeHTTP(w, r) }

func (e *Engine) requestID() string { return fmt.Sprintf("%032X", e.requests.Add(1)) }

// typeName is an error's code with the namespace that DynamoDB puts before it.
func typeName(code string) string {
	switch code {
	case "ValidationException":
		return "com.amazon.coral.validate#" + code
	case "SerializationException", "UnknownOperationException":
		return "com.amazon.coral.service#" + code
	}
	return "com.amazonaws.dynamodb.v20120810#" + code
}
