//go:build integration

package step_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bridge "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"

	"slipway/events"
	"slipway/shared/step"
)

// An outpost is a service for steps that act in an environment's place, which is the
// emulator too.
type outpost struct {
	*service
	now    time.Time
	timers map[string]time.Time // by kind and name of the work
}

// posted returns hold with an outpost.
func posted(hold func(o *outpost)) func(s *service) {
	return func(s *service) {
		o := &outpost{service: s, now: time.Now(), timers: map[string]time.Time{}}
		o.runner = step.New(step.Dependencies{Objects: s.objects, Accounts: o, Timers: o, WorkBucket: "work", Now: func() time.Time { return o.now }})
		hold(o)
	}
}

// Config implements [step.Accounts].
func (o *outpost) Config(context.Context, step.Work) (aws.Config, error) {
	return o.configuration(), nil
}

// configuration has clients speak protocols that the emulator knows.
func (o *outpost) configuration() aws.Config {
	c := o.aws.Copy()
	c.ServiceOptions = append(c.ServiceOptions, func(_ string, options any) {
		if own, ok := options.(*cloudwatch.Options); ok {
			own.Protocol = awsjson.New10(schemas.GraniteServiceVersion20100801)
		}
	})
	return c
}

// Set implements [step.Timers].
func (o *outpost) Set(_ context.Context, kind, work string, at time.Time) error {
	o.timers[kind+" "+work] = at
	return nil
}

// Clear implements [step.Timers].
func (o *outpost) Clear(_ context.Context, kind, work string) error {
	delete(o.timers, kind+" "+work)
	return nil
}

// execution is the id of the execution of this test.
func (o *outpost) execution() string { return o.folder[:len(o.folder)-1] }

// run starts the kind; an error is fatal unless it is a failure of the step.
func (o *outpost) run(kind, with string) (step.Outcome, *step.Failure) {
	o.t.Helper()
	outcome, err := o.runner.Start(o.t.Context(), kind, attempt(o.execution(), with))
	var failure *step.Failure
	if err != nil && !errors.As(err, &failure) {
		o.t.Fatal(err)
	}
	return outcome, failure
}

// told returns the failures that an event leads to, or "done".
func (o *outpost) told(source, detailType, detail string) []string {
	o.t.Helper()
	reports, err := o.runner.Resume(o.t.Context(), events.Raw{Source: source, DetailType: detailType, Detail: []byte(detail)})
	o.must(err)
	var all []string
	for _, r := range reports {
		end := "done"
		if r.Err != nil {
			end = r.Err.Error()
		}
		all = append(all, end)
	}
	slices.Sort(all)
	return all
}

// dueAt moves the clock to the timer of this test's work and lets it come.
func (o *outpost) dueAt(kind string) []string {
	o.t.Helper()
	work := o.execution() + "/check/1"
	o.now = o.timers[kind+" "+work]
	return o.told(events.Source, step.TimerDue, fmt.Sprintf(`{"kind":%q,"work":%q}`, kind, work))
}

// toldLast is the detail-type of the event after which no other is waited for.
const toldLast = "Told"

// newListener returns what gives the events of that pattern that have come.
func newListener(o *outpost, pattern string) func() []string {
	o.t.Helper()
	name := o.execution()
	bus, queues := eventbridge.NewFromConfig(o.aws), sqs.NewFromConfig(o.aws)
	queue, err := queues.CreateQueue(o.t.Context(), &sqs.CreateQueueInput{QueueName: &name})
	o.must(err)
	_, err = bus.PutRule(o.t.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern})
	o.must(err)
	_, err = bus.PutTargets(o.t.Context(), &eventbridge.PutTargetsInput{Rule: &name,
		Targets: []bridge.Target{{Id: aws.String("queue"), Arn: aws.String("arn:aws:sqs:us-east-1:000000000000:" + name)}}})
	o.must(err)
	return func() []string {
		_, err := bus.PutEvents(o.t.Context(), &eventbridge.PutEventsInput{Entries: []bridge.PutEventsRequestEntry{
			{Source: aws.String("test"), DetailType: aws.String(toldLast), Detail: aws.String("{}")}}})
		o.must(err)
		got, err := queues.ReceiveMessage(o.t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MaxNumberOfMessages: 10})
		o.must(err)
		var all []string
		for _, m := range got.Messages {
			all = append(all, aws.ToString(m.Body))
		}
		return all
	}
}
