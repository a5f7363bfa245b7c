package dynamodb

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	targetPrefix = "DynamoDB_20120810."
	maxBody      = 24 << 20 // 16 MB of items in a request, and what JSON adds
)

// ServeHTTP answers one call of the DynamoDB API.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := http.StatusOK, []byte(nil)
	answer, err := e.answer(r)
	if err == nil {
		body, err = json.Marshal(answer)
	}
	if err != nil {
		refused := asAPIError(err)
		if refused == nil {
			refused = &apiError{shape: "InternalServerError", message: err.Error()}
		}
		status, body = refused.status(), refused.body()
		w.Header().Set("X-Amzn-ErrorType", refused.typeName())
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	w.Header().Set("X-Amzn-Requestid", fmt.Sprintf("%032X", e.requests.Add(1)))
	w.WriteHeader(status)
	// The client may be gone, and there is nobody else to tell.
	_, _ = w.Write(body)
}

func (e *Engine) answer(r *http.Request) (any, error) {
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	serve := e.operation(name)
	if !ok || serve == nil {
		return nil, &apiError{shape: "UnknownOperationException",
			message: fmt.Sprintf("The operation %q is not supported; the header X-Amz-Target must be %s and the name of one that is", name, targetPrefix)}
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err != nil {
			return nil, malformed("the body of the request can not be read: %v", err)
		}
	}
	if len(body) > maxBody {
		return nil, &apiError{shape: "RequestEntityTooLargeException",
			message: fmt.Sprintf("the body of a request may have at most %d bytes", maxBody)}
	}
	return serve(body)
}

// operation returns what serves the named operation, or nil.
func (e *Engine) operation(name string) func(body []byte) (any, error) {
	switch name {
	case "CreateTable":
		return serve(e.serveCreateTable)
	case "DescribeTable":
		return serve(e.describeTable)
	case "ListTables":
		return serve(e.listTables)
	case "GetItem":
		return serve(e.getItem)
	case "PutItem":
		return serve(e.putItem)
	case "UpdateItem":
		return serve(e.updateItem)
	case "DeleteItem":
		return serve(e.deleteItem)
	case "Query":
		return serve(e.query)
	case "Scan":
		return serve(e.scan)
	case "BatchGetItem":
		return serve(e.batchGetItem)
	case "BatchWriteItem":
		return serve(e.batchWriteItem)
	case "TransactWriteItems":
		return serve(e.transactWriteItems)
	case "TransactGetItems":
		return serve(e.transactGetItems)
	}
	return nil
}

// serve gives an operation its request from a body and answers with what it returns.
func serve[Q, A any](operation func(Q) (A, error)) func([]byte) (any, error) {
	return func(body []byte) (any, error) {
		var request Q
		if err := decodeRequest(body, &request); err != nil {
			return nil, err
		}
		return operation(request)
	}
}
