package sns_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/sns"

	"slipway/infra/local/clock"
	"slipway/infra/local/sns"
	"slipway/infra/local/store"
)

var start = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

const (
	topicARN    = "arn:aws:sns:us-east-1:000000000000:releases"
	queueARN    = "arn:aws:sqs:us-east-1:000000000000:work"
	deadARN     = "arn:aws:sqs:us-east-1:000000000000:dead"
	functionARN = "arn:aws:lambda:us-east-1:000000000000:function:promote"
)

// A bench is an engine on a virtual clock with the topic "releases", an SDK client
// in front of it, and a note of what came out.
type bench struct {
	testing.TB
	engine  *sns.Engine
	clock   *clock.Virtual
	store   store.Store
	client  *client.Client
	ids     int
	letters []letter // what queues got
	events  []string // what functions got
	mails   []mail
	failing int   // how many of the next hand-offs fail
	failure error // how they fail
	dead    error // how the dead-letter queue fails, if it does
	reports []error
}

type letter struct {
	queue, body string
	attributes  map[string]string
}

type mail struct{ topic, to, subject, message string }

func newBench(t testing.TB) *bench {
	b := &bench{TB: t, clock: clock.NewVirtual(start), store: store.NewMemory(), failure: fmt.Errorf("out of order")}
	b.restart()
	if err := b.engine.Create(sns.TopicSpec{Name: "releases", DisplayName: "Releases"}); err != nil {
		t.Fatal(err)
	}
	return b
}

// restart puts a new engine over the same store, on a clock without the work of the old one.
func (b *bench) restart() {
	b.clock = clock.NewVirtual(b.clock.Now())
	b.engine = sns.New(sns.Config{Store: b.store, Clock: b.clock, Send: b.send, Invoke: b.invoke,
		NewID:   func() string { b.ids++; return fmt.Sprintf("id-%d", b.ids) },
		BaseURL: func() string { return "http://sns.local" },
		Mail:    func(topic, to, subject, message string) { b.mails = append(b.mails, mail{topic, to, subject, message}) },
		Report:  func(err error) { b.reports = append(b.reports, err) }})
	b.client = client.New(client.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://sns.local"),
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""),
		HTTPClient:  &http.Client{Transport: inProcess{b.engine}}, RetryMaxAttempts: 1})
}

// inProcess answers requests by calling a handler.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// send writes even when it fails, so that the test sees whether that is rolled back.
func (b *bench) send(tx store.Tx, queue, body string, attributes map[string]string) error {
	if queue == deadARN && b.dead != nil {
		return b.dead
	}
	if err := b.handOff(tx, queue); err != nil {
		return err
	}
	b.letters = append(b.letters, letter{queue, body, attributes})
	return nil
}

func (b *bench) invoke(tx store.Tx, function string, event []byte) error {
	if err := b.handOff(tx, function); err != nil {
		return err
	}
	b.events = append(b.events, function+" "+string(event))
	return nil
}

func (b *bench) handOff(tx store.Tx, to string) error {
	tx.Put("test/delivered", fmt.Append(nil, len(b.letters), len(b.events)), []byte(to))
	if b.failing > 0 && to != deadARN {
		b.failing--
		return b.failure
	}
	return nil
}

// rows returns how many records table has.
func (b *bench) rows(table string) (n int) {
	b.Helper()
	err := b.store.View(func(tx store.Tx) error {
		for range tx.Scan(table, nil) {
			n++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// subscribe subscribes an endpoint to the topic and returns the subscription's ARN.
func (b *bench) subscribe(protocol, endpoint string, settings sns.Settings) string {
	b.Helper()
	arn, err := b.engine.Subscribe(sns.SubscriptionSpec{Topic: topicARN, Protocol: protocol, Endpoint: endpoint, Settings: settings})
	if err != nil {
		b.Fatal(err)
	}
	return arn
}

// publish publishes m to the topic and has it delivered, as far as that takes no time.
func (b *bench) publish(m sns.Message) {
	b.Helper()
	if err := b.offer(m); err != nil {
		b.Fatal(err)
	}
	b.pass(0)
}

func (b *bench) offer(m sns.Message) error {
	return b.store.Update(func(tx store.Tx) error {
		_, err := b.engine.Publish(tx, topicARN, m)
		return err
	})
}

// pass moves the clock forward by d.
func (b *bench) pass(d time.Duration) { b.clock.RunUntil(b.clock.Now().Add(d)) }

// post sends a form of the query protocol and returns the answer.
func (b *bench) post(form string) (status int, answer string) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// form returns a form of the given names and values, one after the other.
func form(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}
