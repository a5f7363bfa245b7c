package sqs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/sqs"

	"slipway/infra/local/clock"
	"slipway/infra/local/sqs"
	"slipway/infra/local/store"
)

var start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// A bench is an engine on a virtual clock with an SDK client in front of it.
type bench struct {
	*testing.T
	engine *sqs.Engine
	clock  *clock.Virtual
	store  store.Store
	client *client.Client
}

func newBench(t *testing.T, specs ...sqs.QueueSpec) *bench {
	t.Helper()
	b := &bench{T: t, clock: clock.NewVirtual(start), store: store.NewMemory()}
	b.restart()
	for _, spec := range specs {
		if err := b.engine.Create(spec); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// restart puts a new engine over the same store.
func (b *bench) restart() {
	ids := 0
	b.engine = sqs.New(sqs.Config{Store: b.store, Clock: b.clock, Account: "000000000000", Region: "us-east-1",
		NewID:   func() string { ids++; return fmt.Sprintf("id-%d", ids) },
		BaseURL: func() string { return "http://sqs.local" }})
	b.client = client.New(client.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://sqs.local"),
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""),
		HTTPClient:  &http.Client{Transport: inProcess{b.engine}}, RetryMaxAttempts: 1})
}

// inProcess answers requests by calling a handler.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

func (b *bench) url(queue string) *string { return aws.String(b.engine.URL(queue)) }

// pass moves the clock forward by d.
func (b *bench) pass(d time.Duration) { b.clock.RunUntil(b.clock.Now().Add(d)) }

func (b *bench) send(queue, body string) {
	b.Helper()
	if err := b.store.Update(func(tx store.Tx) error { return b.engine.Send(tx, b.engine.ARN(queue), body, nil) }); err != nil {
		b.Fatal(err)
	}
}

// receive returns the bodies of up to ten messages and the handle of the last.
func (b *bench) receive(queue string) (bodies []string, handle *string) {
	b.Helper()
	out, err := b.client.ReceiveMessage(context.Background(), &client.ReceiveMessageInput{QueueUrl: b.url(queue), MaxNumberOfMessages: 10})
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range out.Messages {
		bodies, handle = append(bodies, *m.Body), m.ReceiptHandle
	}
	return bodies, handle
}

func (b *bench) depth(queue string) int {
	b.Helper()
	depth, err := b.engine.Depth(queue)
	if err != nil {
		b.Fatal(err)
	}
	return depth
}

// post sends a raw request body to operation and returns the answer.
func (b *bench) post(operation, body string) (status int, answer string) {
	b.Helper()
	return b.postFrom(context.Background(), operation, body)
}

func (b *bench) postFrom(ctx context.Context, operation, body string) (status int, answer string) {
	b.Helper()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
