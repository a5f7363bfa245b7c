package dynamodb_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"

	"slipway/infra/local/clock"
	"slipway/infra/local/dynamodb"
	"slipway/infra/local/store"
)

// A peer answers raw requests: an engine, or the reference.
type peer struct {
	client *http.Client
	url    string
	caller string                          // the access key id; the reference has a database for each
	check  func(http.Header, []byte) error // what else must hold of an answer
}

// enginePeer returns a peer with an engine behind it.
func enginePeer(engine http.Handler) peer {
	return peer{&http.Client{Transport: transport{engine}}, "http://dynamodb.local", "test", checkAnswer}
}

// freshEngine returns a peer with an engine of its own behind it.
func freshEngine() peer {
	return enginePeer(dynamodb.New(dynamodb.Config{Store: store.NewMemory(), Clock: clock.NewVirtual(start)}))
}

// post sends one request and returns the status and the body of the answer.
func (p peer) post(ctx context.Context, operation string, body []byte) (status int, raw []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Date", "20261102T090000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+p.caller+
		"/20261102/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00")
	answer, err := p.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	raw, err = io.ReadAll(answer.Body)
	if err == nil && p.check != nil {
		err = p.check(answer.Header, raw)
	}
	return answer.StatusCode, raw, err
}

// send sends one request and reads the answer.
func (p peer) send(ctx context.Context, operation string, body []byte) (answer, error) {
	status, raw, err := p.post(ctx, operation, body)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", operation, err)
	}
	return parseAnswer(status, raw)
}

// checkAnswer tells whether an answer has what all answers of the engine have.
func checkAnswer(header http.Header, body []byte) error {
	switch {
	case header.Get("X-Amz-Crc32") != strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10):
		return errors.New("X-Amz-Crc32 is not the checksum of the answer")
	case header.Get("X-Amzn-Requestid") == "":
		return errors.New("the answer has no x-amzn-RequestId")
	case !json.Valid(body):
		return errors.New("the answer is not JSON: " + string(body))
	}
	return nil
}

// An answer is the body of an answer; that of an error without the members
// __type and message, which are then Error and Message.
type answer struct {
	Status         int `json:",omitempty"` // of HTTP; the table's cases leave it out, as the error decides it
	Error, Message string
	Body           any
}

func parseAnswer(status int, raw []byte) (answer, error) {
	a := answer{Status: status}
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		return a, fmt.Errorf("the answer %q: %w", raw, err)
	}
	if kind, is := body["__type"].(string); is {
		_, a.Error, _ = strings.Cut(kind, "#")
		delete(body, "__type")
		for _, name := range []string{"message", "Message"} {
			if message, is := body[name].(string); is {
				a.Message = message
				delete(body, name)
			}
		}
		if len(body) == 0 {
			return a, nil
		}
	}
	a.Body = sortSets(body)
	return a, nil
}
