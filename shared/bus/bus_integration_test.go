//go:build integration

package bus_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"slipway/events"
	"slipway/scripts/integration"
	"slipway/shared/bus"
	"slipway/shared/pipeline"
)

// TestIntegration holds the adapter against an EventBridge that others have written.
func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "bus",
		Holds: []integration.Claim{
			{Says: "delivery of more than one call's events", Hold: emulated(everyRecordArrivesAsItIs)},
			{Says: "an entry that is refused", Hold: emulated(whatFollowsARefusedEntryDoesNotCount)},
			{Says: "a call that is refused", Hold: emulated(aBusThatIsNotThereTakesNothing)},
		},
		Gaps: []integration.Claim{
			{Says: "An entry of more than 1 MB is taken.", Hold: emulated(anEntryMayHaveAnySize)},
		},
	}.Run(t)
}

// A broker is a bus on the emulator, and a queue that a rule sends all its events to.
type broker struct {
	*testing.T
	*bus.Bus
	events *eventbridge.Client
	queues *sqs.Client
	name   string
	queue  string // its URL
}

// emulated returns hold with a broker of its own.
func emulated(hold func(b *broker)) func(*testing.T) {
	return func(t *testing.T) {
		c := integration.Configuration(t)
		b := &broker{T: t, events: eventbridge.NewFromConfig(c), queues: sqs.NewFromConfig(c), name: "bus-" + integration.Name(t)}
		b.Bus = bus.New(b.events, b.name)
		_, err := b.events.CreateEventBus(t.Context(), &eventbridge.CreateEventBusInput{Name: &b.name})
		b.must(err)
		queue, err := b.queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &b.name})
		b.must(err)
		b.queue = *queue.QueueUrl
		_, err = b.events.PutRule(t.Context(), &eventbridge.PutRuleInput{EventBusName: &b.name, Name: aws.String("all"), EventPattern: aws.String(`{"source":["slipway"]}`)})
		b.must(err)
		arn := "arn:aws:sqs:" + c.Region + ":000000000000:" + b.name
		_, err = b.events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{EventBusName: &b.name, Rule: aws.String("all"),
			Targets: []types.Target{{Id: aws.String("queue"), Arn: &arn}}})
		b.must(err)
		hold(b)
	}
}

func (b *broker) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// received returns the events in the queue, those in front first.
func (b *broker) received() []string {
	b.Helper()
	var all []string
	for {
		out, err := b.queues.ReceiveMessage(b.Context(), &sqs.ReceiveMessageInput{QueueUrl: &b.queue, MaxNumberOfMessages: 10})
		b.must(err)
		if len(out.Messages) == 0 {
			return all
		}
		for _, m := range out.Messages {
			all = append(all, *m.Body)
		}
	}
}

func everyRecordArrivesAsItIs(b *broker) {
	want := records(b.T, 25)
	if n, err := b.Publish(b.Context(), want); n != 25 || err != nil {
		b.Errorf("%d are published, %v", n, err)
	}
	got := b.received()
	if len(got) != len(want) {
		b.Fatalf("%d arrive, want %d", len(got), len(want))
	}
	for i, body := range got {
		var e struct {
			Source     string
			DetailType string `json:"detail-type"`
			Time       time.Time
			Detail     struct {
				Cause  string
				Record events.Record
			}
		}
		b.must(json.Unmarshal([]byte(body), &e))
		if e.Source != events.Source || e.DetailType != want[i].Type || e.Detail.Record != want[i].Record ||
			!e.Time.Equal(want[i].At.Truncate(time.Second)) || e.Detail.Cause != fmt.Sprintf("<%d>", i+1) {
			b.Errorf("record %d arrives as %s", i+1, body)
		}
	}
}

func whatFollowsARefusedEntryDoesNotCount(b *broker) {
	broken := records(b.T, 12)
	broken[3].Detail = json.RawMessage(`{"cause":`)
	n, err := b.Publish(b.Context(), broken)
	if n != 3 || err == nil || !strings.Contains(err.Error(), "publish to bus "+b.name+": project/storefront/4: MalformedDetail") {
		b.Errorf("%d are published, %v", n, err)
	}
	if got := b.received(); len(got) != 9 || slices.ContainsFunc(got, func(body string) bool { return strings.Contains(body, `"sequence": 11,`) }) {
		b.Errorf("%d arrive, want those of the first call", len(got))
	}
}

func aBusThatIsNotThereTakesNothing(b *broker) {
	if n, err := bus.New(b.events, "nothing").Publish(b.Context(), records(b.T, 1)); n != 0 || err == nil || !strings.Contains(err.Error(), "bus nothing") {
		b.Errorf("%d are published, %v", n, err)
	}
}

func anEntryMayHaveAnySize(b *broker) {
	large, err := pipeline.Seal(pipeline.ProjectChain("storefront"), events.Record{}, events.DeploymentCancelled{Cause: strings.Repeat("x", 2<<20)}, "manager1", time.Unix(0, 0))
	b.must(err)
	// The bus "default" has no rule: the queue of this test's own would refuse it.
	if n, err := bus.New(b.events, "default").Publish(b.Context(), []pipeline.AuditEntry{large}); n != 1 || err != nil {
		b.Errorf("%d are published, %v", n, err)
	}
}
