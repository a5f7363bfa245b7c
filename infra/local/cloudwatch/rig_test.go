package cloudwatch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/cloudwatch"
	"slipway/infra/local/store"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
)

const (
	topicARN = "arn:aws:sns:us-east-1:000000000000:people"
	alarmARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors"
)

// A rig is an engine on a virtual clock, an SDK client in front of it, and a note of
// what came out.
type rig struct {
	testing.TB
	engine    *cloudwatch.Engine
	clock     *clock.Virtual
	store     store.Store
	client    *client.Client
	ids       int
	changes   []cloudwatch.StateChange
	published []publication
	refuse    error // what Publish answers
}

type publication struct{ topic, subject, message string }

func newRig(t testing.TB) *rig {
	r := &rig{TB: t, clock: clock.NewVirtual(start), store: store.NewMemory()}
	r.restart()
	r.create(spec("errors"))
	return r
}

// restart puts a new engine over the same store.
func (r *rig) restart() {
	r.engine = cloudwatch.New(cloudwatch.Config{Store: r.store, Clock: r.clock, Publish: r.publish,
		NewID:   func() string { r.ids++; return fmt.Sprintf("id-%d", r.ids) },
		Changed: func(_ store.Tx, c cloudwatch.StateChange) { r.changes = append(r.changes, c) }})
	r.client = client.New(client.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://monitoring.local"),
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""),
		HTTPClient:  &http.Client{Transport: inProcess{r.engine}}, RetryMaxAttempts: 1})
}

// inProcess answers requests by calling a handler.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func (r *rig) publish(_ store.Tx, topic, subject, message string) error {
	if r.refuse == nil {
		r.published = append(r.published, publication{topic, subject, message})
	}
	return r.refuse
}

var noTopic = &awsjson.Error{Code: "NotFound", Message: "Topic does not exist"}

// spec returns an alarm with a topic.
func spec(name string) cloudwatch.Spec {
	threshold := 1.0
	return cloudwatch.Spec{AlarmName: name, AlarmDescription: "Requests fail.", MetricName: "Errors", Namespace: "AWS/Lambda", Statistic: "Sum",
		Dimensions: []cloudwatch.Dimension{{Name: "FunctionName", Value: "api"}}, Period: 300, EvaluationPeriods: 1, Threshold: &threshold,
		ComparisonOperator: "GreaterThanOrEqualToThreshold", TreatMissingData: "notBreaching", AlarmActions: []string{topicARN}, OKActions: []string{topicARN}}
}

func (r *rig) create(s cloudwatch.Spec) {
	r.Helper()
	if err := r.engine.Create(s); err != nil {
		r.Fatal(err)
	}
}

// call makes a request of the JSON protocol and returns the status with the body.
func (r *rig) call(operation, body string) (int, string) {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+operation)
	return r.serve(request)
}

// post makes a request of the query protocol and returns the status with the body.
func (r *rig) post(form string) (int, string) {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r.serve(request)
}

func (r *rig) serve(request *http.Request) (int, string) {
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, request)
	return w.Code, w.Body.String()
}

// set sets the state of the alarm called errors.
func (r *rig) set(state, reason string) {
	r.Helper()
	body, err := json.Marshal(map[string]string{"AlarmName": "errors", "StateValue": state, "StateReason": reason})
	if err != nil {
		r.Fatal(err)
	}
	if status, answer := r.call("SetAlarmState", string(body)); status != http.StatusOK || answer != "{}" {
		r.Fatalf("SetAlarmState: %d %s", status, answer)
	}
}
