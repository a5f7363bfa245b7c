package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"slipway/infra/local/store"
)

// timestampLayout is the form of times in destination records.
const timestampLayout = "2006-01-02T15:04:05.000Z"

// maxErrorMessage is how much of an error message a dead letter carries, per
// "Adding a dead-letter queue".
const maxErrorMessage = 1024

// A destinationRecord tells an on-failure destination what became of an event,
// per "Capturing records of Lambda asynchronous invocations" and, for a stream,
// "Retaining discarded batches".
type destinationRecord struct {
	Version         string          `json:"version"`
	Timestamp       string          `json:"timestamp"`
	RequestContext  requestContext  `json:"requestContext"`
	RequestPayload  json.RawMessage `json:"requestPayload,omitempty"`
	ResponseContext responseContext `json:"responseContext"`
	ResponsePayload json.RawMessage `json:"responsePayload,omitempty"`
	StreamBatch     *streamBatch    `json:"DDBStreamBatchInfo,omitempty"`
}

type requestContext struct {
	RequestID              string `json:"requestId"`
	FunctionARN            string `json:"functionArn"`
	Condition              string `json:"condition"`
	ApproximateInvokeCount int    `json:"approximateInvokeCount"`
}

type responseContext struct {
	StatusCode      int    `json:"statusCode"`
	ExecutedVersion string `json:"executedVersion"`
	FunctionError   string `json:"functionError,omitempty"`
}

type streamBatch struct {
	ShardID                         string `json:"shardId"`
	StartSequenceNumber             string `json:"startSequenceNumber"`
	EndSequenceNumber               string `json:"endSequenceNumber"`
	ApproximateArrivalOfFirstRecord string `json:"approximateArrivalOfFirstRecord"`
	ApproximateArrivalOfLastRecord  string `json:"approximateArrivalOfLastRecord"`
	BatchSize                       int    `json:"batchSize"`
	StreamARN                       string `json:"streamArn"`
}

// newRecord returns what the records of events and of batches have in common.
func newRecord(now time.Time, requestID string, f *function, condition string, invocations int) destinationRecord {
	return destinationRecord{
		Version:   "1.0",
		Timestamp: now.Format(timestampLayout),
		RequestContext: requestContext{RequestID: requestID, FunctionARN: f.arn + ":" + latest,
			Condition: condition, ApproximateInvokeCount: invocations},
		ResponseContext: responseContext{StatusCode: 200, ExecutedVersion: latest, FunctionError: "Unhandled"},
	}
}

// giveUp sends an event that failed for good to the destinations of f.
func (e *Engine) giveUp(tx store.Tx, i invocation, f *function, condition string, failure error) error {
	message, payload, err := explain(failure)
	if err != nil {
		return err
	}
	if f.OnFailure != "" {
		record := newRecord(e.Clock.Now(), i.RequestID, f, condition, i.Failures)
		record.RequestPayload, record.ResponsePayload = i.Payload, payload
		if err := e.sendRecord(tx, f.OnFailure, record); err != nil {
			return err
		}
	}
	if f.DeadLetter == "" {
		return nil
	}
	err = e.Send(tx, f.DeadLetter, string(i.Payload),
		map[string]string{"RequestID": i.RequestID, "ErrorCode": "200", "ErrorMessage": message})
	if err != nil {
		return fmt.Errorf("dead-letter queue of function %s: %w", f.Name, err)
	}
	return nil
}

func (e *Engine) sendRecord(tx store.Tx, destination string, record destinationRecord) error {
	body, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode the record for %s: %w", destination, err)
	}
	if err := e.Send(tx, destination, string(body), nil); err != nil {
		return fmt.Errorf("on-failure destination of %s: %w", record.RequestContext.FunctionARN, err)
	}
	return nil
}

// explain returns the message of failure, shortened for an attribute, and its
// payload. An error that isn't the function's own is returned.
func explain(failure error) (message string, payload json.RawMessage, err error) {
	failed, ok := errors.AsType[*FunctionError](failure)
	if !ok {
		return "", nil, failure
	}
	message = failed.Message
	for len(message) > maxErrorMessage {
		_, width := utf8.DecodeLastRuneInString(message)
		message = message[:len(message)-width]
	}
	return message, failed.Payload, nil
}
