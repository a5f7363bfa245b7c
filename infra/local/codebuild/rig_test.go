package codebuild_test

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
	sdk "github.com/aws/aws-sdk-go-v2/service/codebuild"

	"slipway/infra/local/clock"
	"slipway/infra/local/codebuild"
	"slipway/infra/local/store"
	"slipway/shared/script"
)

var (
	ctx   = context.Background()
	epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// A rig is an engine with the project "scripts" on a virtual clock.
type rig struct {
	*codebuild.Engine
	t       *testing.T
	store   store.Store
	clock   *clock.Virtual
	client  *sdk.Client
	command func(ctx context.Context, environment map[string]string) error
	ran     []map[string]string // environments
	events  []codebuild.StateChange
	ids     int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, store: store.NewMemory(), command: func(context.Context, map[string]string) error { return nil }}
	r.client = sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://codebuild.localhost"),
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""),
		HTTPClient:  &http.Client{Transport: r}, RetryMaxAttempts: 1,
	})
	r.start()
	r.must(r.Create(codebuild.ProjectSpec{Name: "scripts", BuildSpec: script.BuildSpec,
		Variables: []codebuild.Variable{{Name: "WORK_BUCKET", Value: "work"}, {Name: "SLIPWAY_JOB", Value: "none"}}}))
	return r
}

// start starts an engine on the rig's store, as after a restart: what the old clock had to do is lost.
func (r *rig) start() {
	r.clock = clock.NewVirtual(epoch)
	r.Engine = codebuild.New(codebuild.Config{
		Store: r.store, Clock: r.clock, NewID: func() string { r.ids++; return fmt.Sprintf("id-%d", r.ids) },
		Run: func(ctx context.Context, environment map[string]string) error {
			r.ran = append(r.ran, environment)
			return r.command(ctx, environment)
		},
		Changed: func(_ store.Tx, e codebuild.StateChange) { r.events = append(r.events, e) },
		Report:  func(err error) { r.t.Errorf("reported: %v", err) },
	})
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// RoundTrip implements [http.RoundTripper]; it ends in the engine.
func (r *rig) RoundTrip(request *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	return answer.Result(), nil
}

// build starts a build and returns its id.
func (r *rig) build() string {
	r.t.Helper()
	out, err := r.client.StartBuild(ctx, &sdk.StartBuildInput{ProjectName: aws.String("scripts")})
	r.must(err)
	return *out.Build.Id
}

// statuses returns the statuses that events have told, in order.
func (r *rig) statuses() string {
	var all []string
	for _, e := range r.events {
		all = append(all, e.Status)
	}
	return strings.Join(all, " ")
}

// send sends an operation with a body of JSON and returns the answer's code and message.
func (r *rig) send(operation, body string) (code, message string) {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("X-Amz-Target", operation)
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	var refusal struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	r.must(json.Unmarshal(answer.Body.Bytes(), &refusal))
	return refusal.Type, refusal.Message
}
