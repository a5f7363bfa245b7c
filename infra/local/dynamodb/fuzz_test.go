package dynamodb_test

import (
	"encoding/json"
	"testing"
)

// operations are all that the engine knows, and one that it doesn't.
var operations = []string{"CreateTable", "DescribeTable", "ListTables", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query",
	"Scan", "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "TransactGetItems", "DeleteTable"}

// FuzzServeHTTP holds that no body makes the engine panic or fail otherwise than by refusing it.
func FuzzServeHTTP(f *testing.F) {
	for i, body := range []string{
		`{"TableName":"fuzz1","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}`,
		`{"TableName":"releases"}`,
		`{"Limit":1,"ExclusiveStartTableName":"a"}`,
		`{"TableName":"releases","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ProjectionExpression":"a.b[1]"}`,
		`{"TableName":"releases","Item":{"pk":{"S":"a"},"sk":{"N":"-1.5e3"},"l":{"L":[{"M":{"k":{"NULL":true}}},{"SS":["x"]}]}},"ReturnConsumedCapacity":"INDEXES"}`,
		`{"TableName":"releases","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"UpdateExpression":"SET a = if_not_exists(a, :z) + :z","ExpressionAttributeValues":{":z":{"N":"0"}},"ReturnValues":"ALL_NEW"}`,
		`{"TableName":"releases","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ConditionExpression":"attribute_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`,
		`{"TableName":"releases","KeyConditionExpression":"pk = :p AND sk BETWEEN :a AND :b","ExpressionAttributeValues":{":p":{"S":"a"},":a":{"N":"0"},":b":{"N":"9"}},"ScanIndexForward":false,"ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"N":"1"}}}`,
		`{"TableName":"releases","IndexName":"by-owner","Segment":0,"TotalSegments":2,"Limit":1}`,
		`{"RequestItems":{"releases":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}}]}}}`,
		`{"RequestItems":{"releases":[{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"b"},"sk":{"N":"1"}}}}]}}`,
		`{"TransactItems":[{"Put":{"TableName":"releases","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"expires":{"N":"1"}}}}],"ClientRequestToken":"t"}`,
		`{"TransactItems":[{"Get":{"TableName":"releases","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}}]}`,
		`null`,
	} {
		f.Add(uint8(i), []byte(body))
	}
	f.Fuzz(func(t *testing.T, operation uint8, body []byte) {
		b := newBench(t)
		b.put(with(key("a", "1"), "owner", text("me")))
		b.refuseOrAnswer(operations[int(operation)%len(operations)], body)
	})
}

// refuseOrAnswer fails the test when a request makes the engine fail.
func (b *bench) refuseOrAnswer(operation string, body []byte) {
	status, raw, err := enginePeer(b.engine).post(b.Context(), operation, body)
	if err != nil || status >= 500 {
		b.Errorf("%s %s: status %d, answer %s, error %v", operation, body, status, raw, err)
	}
}

// fuzzExpression holds the same for one expression of a request on an item.
func fuzzExpression(f *testing.F, operation, member string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		b := newBench(t)
		item := with(key("a", "1"), "x", number("1"))
		b.put(item)
		request := map[string]any{
			"TableName":                spec.Name,
			member:                     expression,
			"ExpressionAttributeNames": map[string]string{"#n": "x"},
		}
		if member != "ProjectionExpression" {
			request["ExpressionAttributeValues"] = map[string]any{":v": map[string]string{"S": "a"}, ":n": map[string]string{"N": "2"}}
		}
		if operation != "Query" {
			request["Key"] = map[string]any{"pk": map[string]string{"S": "a"}, "sk": map[string]string{"N": "1"}}
		}
		for range 3 { // first with all placeholders, then with fewer, so that some expressions use them all
			body, err := json.Marshal(request)
			b.must(err)
			b.refuseOrAnswer(operation, body)
			if _, has := request["ExpressionAttributeNames"]; has {
				delete(request, "ExpressionAttributeNames")
			} else {
				delete(request, "ExpressionAttributeValues")
			}
		}
	})
}

func FuzzConditionExpression(f *testing.F) {
	fuzzExpression(f, "DeleteItem", "ConditionExpression", "#n = :n AND s <> :v", "NOT (a.b[0] BETWEEN :n AND :n) OR begins_with(s, :v)",
		"size(l) >= :n and attribute_type(x, :v)", "x IN (:v, :n, size(x))", "((x))", "attribute_exists(x", "contains(#n, :v)")
}

func FuzzUpdateExpression(f *testing.F) {
	fuzzExpression(f, "UpdateItem", "UpdateExpression", "SET #n = x + :n, l = :v REMOVE m[0] ADD c :n", "SET a = if_not_exists(b, :v)",
		"SET l = list_append(:v, l)", "DELETE s :v", "REMOVE x, y.z", "SET x = (x - :n)", "SET")
}

func FuzzProjectionExpression(f *testing.F) {
	fuzzExpression(f, "GetItem", "ProjectionExpression", "#n", "a.b[1].c, d", "x,", "name", "l[0],l[1]")
}

func FuzzKeyConditionExpression(f *testing.F) {
	fuzzExpression(f, "Query", "KeyConditionExpression", "pk = :v", "pk = :v AND sk > :n", "pk = :v AND sk BETWEEN :n AND :n",
		"pk = :v AND begins_with(sk, :v)", ":v = pk", "pk = :v OR sk = :n")
}
