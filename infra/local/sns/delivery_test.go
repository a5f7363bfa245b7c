package sns_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/sns"
	"slipway/infra/local/store"
)

func TestAFailedHandOffIsRolledBackAndTriedAgainInThePhasesOfSNS(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{})
	b.failing = 17
	b.publish(released)
	var tried []int
	for range 17 {
		tried = append(tried, 17-b.failing)
		b.pass(5 * time.Second)
	}
	// Attempts at 0 (four times), 1, 2, 3, 5, 9, 17, 33, 53, 73 … seconds.
	if diff := cmp.Diff([]int{4, 8, 9, 9, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12, 13, 13}, tried); diff != "" {
		t.Errorf("tried (-want +got):\n%s", diff)
	}
	if n := b.rows("test/delivered"); n != 0 {
		t.Errorf("%d failed hand-offs were committed", n)
	}
	b.clock.Run()
	if len(b.letters) != 1 || b.rows("sns/deliveries") != 0 {
		t.Errorf("letters %v", b.letters)
	}
}

// The record is set forward, as 100,016 attempts would take seconds.
func TestAMessageIsGivenUpAfterTheLastRetry(t *testing.T) {
	const retries, skipped = 100_015, 100_000
	b := newBench(t)
	b.subscribe(sns.Lambda, functionARN, sns.Settings{DeadLetter: deadARN})
	b.failing = retries
	b.publish(sns.Message{Body: "x"}) // four attempts
	b.forward(`"Failures":4`, fmt.Sprint(`"Failures":`, skipped+4))
	b.clock.Run()
	if attempts := retries - b.failing; attempts != 1+retries-skipped {
		t.Errorf("%d attempts, want %d", attempts, 1+retries-skipped)
	}
	if took := b.clock.Now().Sub(start); took != time.Second+11*20*time.Second {
		t.Errorf("given up after %v", took)
	}
	if len(b.letters) != 1 || b.letters[0].queue != deadARN || b.letters[0].attributes["ErrorCode"] != "ServerSideError" {
		t.Errorf("letters %v", b.letters)
	}
}

// forward replaces what the records of deliveries say.
func (b *bench) forward(was, is string) {
	b.Helper()
	err := b.store.Update(func(tx store.Tx) error {
		records := map[string]string{}
		for key, value := range tx.Scan("sns/deliveries", nil) {
			records[string(key)] = strings.Replace(string(value), was, is, 1)
		}
		for key, value := range records {
			tx.Put("sns/deliveries", []byte(key), []byte(value))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

type notThere struct{}

func (notThere) Error() string     { return "Function not found: promote" }
func (notThere) ErrorCode() string { return "ResourceNotFoundException" }

func TestAnEndpointThatRefusesIsNotTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		failure  error
		attempts int
		code     string
	}{
		"a function that is gone": {notThere{}, 1, "ResourceNotFoundException"},
		"a queue that is gone":    {fmt.Errorf("send: %w", awsjson.Errorf("QueueDoesNotExist", "no")), 1, "QueueDoesNotExist"},
		"a queue that is busy":    {&awsjson.Error{Code: "Throttled", Message: "busy", Status: 429}, 3, ""},
		"a queue that is broken":  {&awsjson.Error{Code: "InternalError", Message: "broken", Status: 500}, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.subscribe(sns.SQS, queueARN, sns.Settings{DeadLetter: deadARN})
			b.failing, b.failure = 3, c.failure
			b.publish(released)
			if 3-b.failing != c.attempts || len(b.letters) != 1 {
				t.Fatalf("%d attempts, letters %v", 3-b.failing, b.letters)
			}
			if got := b.letters[0]; c.code != "" && (got.queue != deadARN || got.attributes["ErrorCode"] != c.code || got.attributes["ErrorMessage"] != c.failure.Error()) {
				t.Errorf("letter %v", got)
			}
		})
	}
}

func TestADeadLetterIsWhatTheEndpointWouldHaveGot(t *testing.T) {
	many := map[string]sns.Attribute{}
	for i := range 8 {
		many[fmt.Sprint("a", i)] = text("x")
	}
	for name, c := range map[string]struct {
		settings   sns.Settings
		message    sns.Message
		raw        bool
		attributes int
	}{
		"the envelope":                       {sns.Settings{}, sns.Message{Body: "x", Attributes: many}, false, 3},
		"a raw message":                      {sns.Settings{RawMessageDelivery: true}, sns.Message{Body: "x", Attributes: map[string]sns.Attribute{"a": text("x")}}, true, 4},
		"more attributes than a queue takes": {sns.Settings{RawMessageDelivery: true}, sns.Message{Body: "x", Attributes: many}, false, 3},
		"no text":                            {sns.Settings{RawMessageDelivery: true}, sns.Message{Body: `{"default":""}`, PerProtocol: true}, false, 3},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c.settings.DeadLetter = deadARN
			b.subscribe(sns.SQS, queueARN, c.settings)
			b.failing, b.failure = 1, notThere{}
			b.publish(c.message)
			if len(b.letters) != 1 || (b.letters[0].body == c.message.Body) != c.raw {
				t.Fatalf("letters %v", b.letters)
			}
			if n := len(b.letters[0].attributes); n != c.attributes {
				t.Errorf("%d attributes, want %d", n, c.attributes)
			}
		})
	}
}

func TestWithoutADeadLetterQueueAMessageIsDropped(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{})
	b.failing, b.failure = 1, notThere{}
	b.publish(released)
	if b.letters != nil || b.rows("sns/deliveries") != 0 || b.reports != nil {
		t.Errorf("letters %v, reports %v", b.letters, b.reports)
	}
}

func TestADeliverySurvivesARestart(t *testing.T) {
	b := newBench(t)
	arn := b.subscribe(sns.SQS, queueARN, sns.Settings{})
	b.failing = 5
	b.publish(released) // attempts at 0, four times, and at 1 second
	b.pass(time.Second)
	b.restart()
	if again := b.subscribe(sns.SQS, queueARN, sns.Settings{}); again != arn {
		t.Errorf("subscribed as %s, and before as %s", again, arn)
	}
	if err := b.engine.Resume(); err != nil {
		t.Fatal(err)
	}
	b.pass(0)
	if b.letters != nil {
		t.Error("handed over before it was due")
	}
	b.pass(time.Second)
	b.clock.Run()
	if len(b.letters) != 1 {
		t.Errorf("letters %v, want one", b.letters)
	}
}

func TestADeliveryOutlivesItsTopic(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{})
	if err := b.offer(released); err != nil {
		t.Fatal(err)
	}
	if status, answer := b.post(form("Action", "DeleteTopic", "TopicArn", topicARN)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	b.clock.Run()
	if len(b.letters) != 1 || b.rows("sns/subscriptions") != 0 {
		t.Errorf("letters %v", b.letters)
	}
}

func TestADeliveryStaysWhileItsDeadLetterQueueFails(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{DeadLetter: deadARN})
	b.failing, b.failure, b.dead = 1, notThere{}, errors.New("no such queue")
	b.publish(released)
	if len(b.reports) != 1 || !errors.Is(b.reports[0], b.dead) {
		t.Fatalf("reports %v", b.reports)
	}
	b.restart()
	if err := b.engine.Resume(); err != nil {
		t.Fatal(err)
	}
	b.clock.Run()
	if len(b.letters) != 1 || b.letters[0].queue != queueARN {
		t.Errorf("letters %v", b.letters)
	}
}
