package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/lambda"
)

// A stream is a table's stream in memory; its records have the numbers 1, 2, …
type stream struct {
	bench   *bench
	records []lambda.Record
}

func (s *stream) Records(_, after string, limit int) ([]lambda.Record, error) {
	from := 0
	for i, r := range s.records {
		if r.SequenceNumber == after {
			from = i + 1
		}
	}
	return s.records[from:min(from+limit, len(s.records))], nil
}

// add appends a record of each name.
func (s *stream) add(eventNames ...string) {
	for _, name := range eventNames {
		number := fmt.Sprint(len(s.records) + 1)
		s.records = append(s.records, lambda.Record{SequenceNumber: number, JSON: fmt.Appendf(nil,
			`{"eventName":%q,"dynamodb":{"SequenceNumber":%q,"ApproximateCreationDateTime":%d}}`, name, number, s.bench.clock.Now().Unix())})
	}
	s.bench.engine.RecordsArrived("table")
}

// A consumer is a handler that notes the batches it gets and fails those with a
// record whose number is bad.
type consumer struct {
	batches []string
	bad     map[string]bool
	answer  func(numbers []string) string // instead of failing
}

func (c *consumer) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var in struct {
		Records []struct {
			DynamoDB struct{ SequenceNumber string } `json:"dynamodb"`
		}
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	var numbers []string
	failed := false
	for _, r := range in.Records {
		numbers = append(numbers, r.DynamoDB.SequenceNumber)
		failed = failed || c.bad[r.DynamoDB.SequenceNumber]
	}
	c.batches = append(c.batches, strings.Join(numbers, ","))
	if c.answer != nil {
		return []byte(c.answer(numbers)), nil
	}
	if failed {
		return nil, errors.New("a bad record")
	}
	return nil, nil
}

// newMapping maps a stream to a consumer.
func newMapping(t *testing.T, spec lambda.StreamMapping) (*stream, *consumer) {
	t.Helper()
	b := newBench(t)
	s, c := &stream{bench: b}, &consumer{bad: map[string]bool{}}
	b.create(lambda.FunctionSpec{Name: "f", Handler: c})
	s.mapTo(spec)
	b.resume()
	return s, c
}

func (s *stream) mapTo(spec lambda.StreamMapping) {
	s.bench.Helper()
	spec.ID, spec.Function, spec.Source, spec.Table, spec.StreamARN = "m", "f", s, "table", "arn:aws:dynamodb:stream"
	if spec.StartingPosition == "" {
		spec.StartingPosition = lambda.TrimHorizon
	}
	if err := s.bench.engine.MapStream(spec); err != nil {
		s.bench.Fatal(err)
	}
}

func (c *consumer) expect(t *testing.T, batches ...string) {
	t.Helper()
	if diff := cmp.Diff(batches, c.batches); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

func TestRecordsComeInOrderAndInBatches(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{BatchSize: 2})
	s.add("a", "b", "c")
	s.bench.clock.Run()
	s.add("d")
	s.bench.clock.Run()
	c.expect(t, "1,2", "3", "4")
	if !s.bench.idle() {
		t.Error("not idle")
	}
}

func TestNothingIsDeliveredBehindAFailingBatch(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{BatchSize: 2})
	c.bad["2"] = true
	s.add("a", "b")
	s.bench.pass(0)
	s.add("c")
	s.bench.pass(3 * time.Second) // attempts at 0, 1 and 3 seconds
	c.expect(t, "1,2", "1,2", "1,2")
	if s.bench.idle() {
		t.Error("idle while a batch waits")
	}
	c.bad["2"] = false
	s.bench.clock.Run()
	c.expect(t, "1,2", "1,2", "1,2", "1,2", "3")
}

func TestARetriedBatchDoesNotGrow(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{})
	c.bad["1"] = true
	s.add("a")
	s.bench.pass(0)
	s.add("b")
	s.bench.pass(time.Second)
	c.bad["1"] = false
	s.bench.clock.Run()
	c.expect(t, "1", "1", "1", "2")
}

func TestABatchWithoutRetriesLeftIsDiscardedWithARecord(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{MaximumRetryAttempts: new(1), OnFailure: failureARN})
	c.bad["1"] = true
	s.add("a", "b")
	s.bench.clock.Run()
	s.add("c")
	s.bench.clock.Run()
	c.expect(t, "1,2", "1,2", "3")
	if len(s.bench.sent) != 1 {
		t.Fatalf("sent %v", s.bench.sent)
	}
	var record any
	if err := json.Unmarshal([]byte(s.bench.sent[0].body), &record); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"version": "1.0", "timestamp": "2026-11-22T08:00:01.000Z",
		"requestContext": map[string]any{"requestId": "id-2", "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",
			"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 2.0},
		"responseContext": map[string]any{"statusCode": 200.0, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"DDBStreamBatchInfo": map[string]any{"shardId": "shardId-table", "startSequenceNumber": "1", "endSequenceNumber": "2", "batchSize": 2.0,
			"approximateArrivalOfFirstRecord": "2026-11-22T08:00:00Z", "approximateArrivalOfLastRecord": "2026-11-22T08:00:00Z", "streamArn": "arn:aws:dynamodb:stream"},
	}
	if diff := cmp.Diff(want, record); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestABisectedBatchIsolatesTheBadRecord(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{BisectBatchOnFunctionError: true, MaximumRetryAttempts: new(0), OnFailure: failureARN})
	c.bad["3"] = true
	s.add("a", "b", "c", "d", "e")
	s.bench.clock.Run()
	c.expect(t, "1,2,3,4,5", "1,2", "3,4,5", "3", "4,5")
	if len(s.bench.sent) != 1 || !strings.Contains(s.bench.sent[0].body, `"startSequenceNumber":"3","endSequenceNumber":"3"`) {
		t.Errorf("sent %v", s.bench.sent)
	}
}

func TestAPartialFailureGoesOnWithTheFirstRecordThatFailed(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{ReportBatchItemFailures: true})
	c.answer = func(numbers []string) string {
		if len(c.batches) > 1 {
			return `{"batchItemFailures":[]}`
		}
		return `{"batchItemFailures":[{"itemIdentifier":"4"},{"itemIdentifier":"3"}]}`
	}
	s.add("a", "b", "c", "d")
	s.bench.clock.Run()
	c.expect(t, "1,2,3,4", "3,4")
}

func TestAResponseThatNamesNoRecordOfTheBatchFailsIt(t *testing.T) {
	for _, answer := range []string{`{"batchItemFailures":[{"itemIdentifier":""}]}`, `{"batchItemFailures":[{"itemIdentifier":"9"}]}`,
		`{"batchItemFailures":[{"id":"1"}]}`, `[]`, `nonsense`} {
		t.Run(answer, func(t *testing.T) {
			s, c := newMapping(t, lambda.StreamMapping{ReportBatchItemFailures: true, MaximumRetryAttempts: new(1)})
			c.answer = func([]string) string { return answer }
			s.add("a", "b")
			s.bench.clock.Run()
			c.expect(t, "1,2", "1,2")
		})
	}
}

func TestAnEmptyResponseMeansSuccess(t *testing.T) {
	for _, answer := range []string{``, `null`, `{}`, `{"batchItemFailures":null}`, `{"batchItemFailures":[]}`} {
		t.Run(answer, func(t *testing.T) {
			s, c := newMapping(t, lambda.StreamMapping{ReportBatchItemFailures: true})
			c.answer = func([]string) string { return answer }
			s.add("a", "b")
			s.bench.clock.Run()
			c.expect(t, "1,2")
		})
	}
}

func TestFiltersKeepRecordsFromTheFunction(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{BatchSize: 3, Filters: []json.RawMessage{
		json.RawMessage(`{"eventName":["INSERT"]}`), json.RawMessage(`{"eventName":[{"prefix":"RE"}]}`)}})
	s.add("MODIFY", "INSERT", "MODIFY", "MODIFY", "MODIFY", "MODIFY", "REMOVE")
	s.bench.clock.Run()
	c.expect(t, "2", "7")
}

func TestOldRecordsAreDiscarded(t *testing.T) {
	s, c := newMapping(t, lambda.StreamMapping{MaximumRecordAge: time.Minute, OnFailure: failureARN})
	c.bad["1"] = true
	s.add("a")
	s.bench.pass(50 * time.Second)
	s.add("b")
	s.bench.clock.Run()
	if last := c.batches[len(c.batches)-1]; last != "2" {
		t.Errorf("last batch %s, want 2", last)
	}
	if len(s.bench.sent) != 1 || !strings.Contains(s.bench.sent[0].body, "RecordAgeExceeded") {
		t.Errorf("sent %v", s.bench.sent)
	}
}

func TestALatestMappingSkipsWhatWasThere(t *testing.T) {
	b := newBench(t)
	s, c := &stream{bench: b}, &consumer{}
	b.create(lambda.FunctionSpec{Name: "f", Handler: c})
	s.add("a", "b")
	s.mapTo(lambda.StreamMapping{StartingPosition: lambda.Latest})
	b.resume()
	s.add("c")
	b.clock.Run()
	c.expect(t, "3")
}

func TestAMappingGoesOnWhereItWasAfterARestart(t *testing.T) {
	spec := lambda.StreamMapping{BatchSize: 2, BisectBatchOnFunctionError: true}
	s, c := newMapping(t, spec)
	c.bad["3"] = true
	s.add("a", "b", "c", "d", "e")
	s.bench.pass(0)
	c.expect(t, "1,2", "3,4", "3")
	s.bench.restart()
	s.bench.create(lambda.FunctionSpec{Name: "f", Handler: c})
	spec.StartingPosition = lambda.Latest // which no longer counts
	s.mapTo(spec)
	s.bench.resume()
	s.bench.pass(0)
	c.expect(t, "1,2", "3,4", "3")
	c.bad["3"] = false
	s.bench.clock.Run()
	c.expect(t, "1,2", "3,4", "3", "3", "4", "5")
}

func TestMapStreamRefusesWhatAMappingCannotBe(t *testing.T) {
	good := lambda.StreamMapping{ID: "m", Function: "f", Table: "t", Source: &stream{}, StartingPosition: lambda.Latest}
	for name, c := range map[string]struct {
		change func(*lambda.StreamMapping)
		says   string
	}{
		"a position in time":  {func(m *lambda.StreamMapping) { m.StartingPosition = "AT_TIMESTAMP" }, "AT_TIMESTAMP"},
		"a broken filter":     {func(m *lambda.StreamMapping) { m.Filters = []json.RawMessage{[]byte(`{"a":"b"}`)} }, "filter 0"},
		"an unknown function": {func(m *lambda.StreamMapping) { m.Function = "g" }, "function:g"},
		"a huge batch":        {func(m *lambda.StreamMapping) { m.BatchSize = 10001 }, "10001"},
		"a topic":             {func(m *lambda.StreamMapping) { m.OnFailure = "arn:aws:sns:x" }, "arn:aws:sns:x"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.create(lambda.FunctionSpec{Name: "f", Handler: &consumer{}})
			spec := good
			c.change(&spec)
			if err := b.engine.MapStream(spec); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("MapStream = %v, want an error about %s", err, c.says)
			}
		})
	}
}
