package bus_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"slipway/events"
	"slipway/shared/bus"
	"slipway/shared/pipeline"
)

// An entry is an element of a PutEvents request.
type entry struct {
	EventBusName, Source, DetailType, Detail string
	Time                                     float64
}

// A service answers PutEvents as EventBridge does: each entry by itself fails or not.
type service struct {
	t       *testing.T
	calls   [][]entry
	refuse  func(e entry) string // the error code of an entry, or ""
	failing int                  // calls that fail as a whole, from this one on; 0: none
}

// RoundTrip implements [http.RoundTripper].
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	var in struct{ Entries []entry }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		s.t.Fatal(err)
	}
	s.calls = append(s.calls, in.Entries)
	if s.failing > 0 && len(s.calls) >= s.failing {
		return answer(r, http.StatusBadRequest, map[string]string{"__type": "AccessDeniedException", "message": "no"}), nil
	}
	failed, results := 0, []map[string]string{}
	for _, e := range in.Entries {
		if code := s.code(e); code != "" {
			failed++
			results = append(results, map[string]string{"ErrorCode": code, "ErrorMessage": "try later"})
			continue
		}
		results = append(results, map[string]string{"EventId": "1"})
	}
	return answer(r, http.StatusOK, map[string]any{"FailedEntryCount": failed, "Entries": results}), nil
}

func (s *service) code(e entry) string {
	if s.refuse == nil {
		return ""
	}
	return s.refuse(e)
}

func answer(r *http.Request, status int, body any) *http.Response {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(bytes.NewReader(data))}
}

// bus returns the bus "slipway" of s.
func (s *service) bus() *bus.Bus {
	return bus.New(eventbridge.New(eventbridge.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://events.local"), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), HTTPClient: &http.Client{Transport: s}}), "slipway")
}

// records returns n records of a chain.
func records(t *testing.T, n int) []pipeline.AuditEntry {
	t.Helper()
	var all []pipeline.AuditEntry
	var last events.Record
	for i := range n {
		a, err := pipeline.Seal(pipeline.ProjectChain("storefront"), last, events.DeploymentCancelled{Cause: fmt.Sprintf("<%d>", i+1)}, "manager1",
			time.Date(2026, 11, 22, 12, 0, i, 250_000_000, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		all, last = append(all, a), a.Record
	}
	return all
}

// sizes returns how many entries each call had.
func (s *service) sizes() []int {
	var all []int
	for _, c := range s.calls {
		all = append(all, len(c))
	}
	return all
}

func TestRecordsArePublishedInOrderTenACall(t *testing.T) {
	s := &service{t: t}
	all := records(t, 23)
	if n, err := s.bus().Publish(context.Background(), all); n != 23 || err != nil {
		t.Fatalf("%d are published, %v", n, err)
	}
	if got := s.sizes(); !slices.Equal(got, []int{10, 10, 3}) {
		t.Errorf("the calls have %v entries", got)
	}
	for i, e := range slices.Concat(s.calls...) {
		if e.EventBusName != "slipway" || e.Source != "slipway" || e.DetailType != "deployment.cancelled.v1" || !strings.Contains(e.Detail, fmt.Sprintf(`"sequence":%d,`, i+1)) {
			t.Errorf("entry %d is %+v", i, e)
		}
	}
}

func TestNothingToPublishIsNoCall(t *testing.T) {
	s := &service{t: t}
	if n, err := s.bus().Publish(context.Background(), nil); n != 0 || err != nil || len(s.calls) > 0 {
		t.Errorf("%d are published in %d calls, %v", n, len(s.calls), err)
	}
}

func TestWhatFollowsAFailureDoesNotCountAsPublished(t *testing.T) {
	for failed, want := range map[int]struct {
		published int
		calls     []int
	}{1: {0, []int{10}}, 4: {3, []int{10}}, 10: {9, []int{10}}, 11: {10, []int{10, 5}}, 15: {14, []int{10, 5}}} {
		s := &service{t: t, refuse: func(e entry) string {
			if strings.Contains(e.Detail, fmt.Sprintf(`"sequence":%d,`, failed)) {
				return "ThrottlingException"
			}
			return ""
		}}
		n, err := s.bus().Publish(context.Background(), records(t, 15))
		if n != want.published || err == nil || !slices.Equal(s.sizes(), want.calls) {
			t.Errorf("record %d fails: %d are published in calls of %v, %v; want %d in %v", failed, n, s.sizes(), err, want.published, want.calls)
		}
		if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("project/storefront/%d: ThrottlingException: try later", failed)) {
			t.Errorf("record %d fails with %q", failed, err)
		}
	}
}

func TestACallThatFailsPublishesNothingOfItsOwn(t *testing.T) {
	s := &service{t: t, failing: 2}
	if n, err := s.bus().Publish(context.Background(), records(t, 15)); n != 10 || err == nil || !strings.Contains(err.Error(), "bus slipway") {
		t.Errorf("%d are published, %v", n, err)
	}
}

func TestTheDetailIsTheRecordsOwnJSONWithTheRecord(t *testing.T) {
	s := &service{t: t}
	a := records(t, 1)[0]
	if _, err := s.bus().Publish(context.Background(), []pipeline.AuditEntry{a}); err != nil {
		t.Fatal(err)
	}
	detail := s.calls[0][0].Detail
	if !strings.HasPrefix(detail, strings.TrimSuffix(string(a.Detail), "}")+`,"record":{`) {
		t.Errorf("%s does not begin with %s", detail, a.Detail)
	}
	var got struct{ Record events.Record }
	if err := json.Unmarshal([]byte(detail), &got); err != nil || got.Record != a.Record {
		t.Errorf("the record is %+v, %v; want %+v", got.Record, err, a.Record)
	}
	if at := s.calls[0][0].Time; at != float64(a.At.Unix()) && at != float64(a.At.UnixMilli())/1000 {
		t.Errorf("the entry is dated %v, want %s", at, a.At)
	}
}

func TestAnEventWithoutFieldsIsStillAnObject(t *testing.T) {
	s := &service{t: t}
	if _, err := s.bus().Publish(context.Background(), []pipeline.AuditEntry{{Detail: json.RawMessage(` {} `)}}); err != nil {
		t.Fatal(err)
	}
	if detail := s.calls[0][0].Detail; !json.Valid([]byte(detail)) {
		t.Errorf("it is %s", detail)
	}
}
