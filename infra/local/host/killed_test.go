package host_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"slipway/events"
	"slipway/infra/local"
	"slipway/shared/pipeline"
)

var kills = flag.Int("kills", 12, "how often TestNothingIsLostOrDoneTwiceWhenTheProcessIsKilled kills the process")

// patience is how long the last process may take with what the others have left.
const patience = 5 * time.Minute

// TestNothingIsLostOrDoneTwiceWhenTheProcessIsKilled pushes projects and packages,
// approves deployments and makes schedules while the process is killed at random
// moments. Whatever was acknowledged happens, once: each project gets to production
// with the audit log and the bytes of an undisturbed run, each approval is asked for
// in a notification, each schedule sends its one message.
func TestNothingIsLostOrDoneTwiceWhenTheProcessIsKilled(t *testing.T) {
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	l := &load{t: t, decided: map[string]bool{}}
	p := startProcess(t, folder)
	p.listen(t)
	for i := range *kills {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(400))*time.Millisecond)
		for _, name := range l.projects {
			if !l.decided[name] && ctx.Err() == nil {
				l.decide(ctx, p, name)
			}
		}
		l.push(ctx, p, fmt.Sprintf("shop%d", i))
		l.schedule(ctx, p, fmt.Sprintf("slot%d", i))
		<-ctx.Done() // the moment of the kill
		cancel()
		p.kill(t)
		p = startProcess(t, folder)
	}
	t.Logf("of %d each, %d pushes, %d approvals and %d schedules were acknowledged", *kills, len(l.projects), len(l.decided), len(l.slots))
	defer p.kill(t)
	l.settle(p)
}

// listen makes the queues that tell what has happened.
func (p process) listen(t *testing.T) {
	t.Helper()
	queues := sqs.NewFromConfig(p.configuration("ci"))
	for _, name := range []string{"slots", "notices"} {
		if _, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := sns.NewFromConfig(p.configuration("ci")).Subscribe(t.Context(), &sns.SubscribeInput{Protocol: aws.String("sqs"),
		TopicArn: aws.String("arn:aws:sns:" + local.Region + ":" + local.Account + ":Slipway-Notifications"),
		Endpoint: aws.String("arn:aws:sqs:" + local.Region + ":" + local.Account + ":notices")})
	if err != nil {
		t.Fatal(err)
	}
}

// settle lets p end what was begun, and holds what was promised against what came.
func (l *load) settle(p process) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	if !l.push(ctx, p, "undisturbed") {
		l.t.Fatal("the undisturbed push was not acknowledged")
	}
	for _, name := range l.projects {
		patiently(ctx, func() bool { return l.decided[name] || l.past(ctx, p, name) || l.decide(ctx, p, name) })
	}
	want := l.history(ctx, p, "undisturbed")
	for _, name := range l.projects {
		if got := l.history(ctx, p, name); !slices.Equal(got, want) {
			l.t.Errorf("%s: %q, want %q", name, got, want)
		}
		if text, err := p.site(ctx, name); err != nil || text != name {
			l.t.Errorf("the site of %s in production is %q, %v", name, text, err)
		}
	}
	slots := tally(p.messages(ctx, l.t, "slots", len(l.slots)))
	for _, name := range l.slots {
		if slots[name] != 1 {
			l.t.Errorf("the schedule %s ran %d times", name, slots[name])
		}
	}
	var notices []string
	for _, m := range p.messages(ctx, l.t, "notices", len(l.projects)) {
		notices = append(notices, deployment.ReplaceAllString(deployment.FindString(m), "$1"))
	}
	for _, name := range l.projects { // more than once, too: a stream's records are delivered at least once
		if tally(notices)[name] == 0 {
			l.t.Errorf("nobody was told that %s asks for approval", name)
		}
	}
	for _, queue := range []string{"Slipway-UndeliveredEvents", "Slipway-FailedEvents", "Slipway-UnpublishedEvents"} {
		if letters := p.messages(ctx, l.t, queue, 0); len(letters) > 0 {
			l.t.Errorf("%s holds %q", queue, letters)
		}
	}
}

// deployment is the id of a deployment to production; the project is its first part.
var deployment = regexp.MustCompile(`([a-z0-9]+)_1_production_1`)

// past tells whether the deployment to production has been decided on: by an approval
// whose acknowledgement was lost.
func (l *load) past(ctx context.Context, p process, name string) bool {
	entries, err := p.table().Audit(ctx, pipeline.ProjectChain(name), 0, 100)
	return err == nil && slices.ContainsFunc(entries, func(a pipeline.AuditEntry) bool { return a.Type == (events.ApprovalDecided{}).Type() })
}

// tally counts what came.
func tally(came []string) map[string]int {
	times := map[string]int{}
	for _, name := range came {
		times[name]++
	}
	return times
}

// messages returns the messages of a queue once there are at least n, or when ctx ends.
func (p process) messages(ctx context.Context, t *testing.T, queue string, n int) (bodies []string) {
	t.Helper()
	client := sqs.NewFromConfig(p.reading("auditor"))
	in := &sqs.ReceiveMessageInput{QueueUrl: aws.String(p.endpoint + "/" + local.Account + "/" + queue), MaxNumberOfMessages: 10, VisibilityTimeout: 3600}
	for {
		out, err := client.ReceiveMessage(ctx, in)
		if err != nil {
			t.Errorf("receive from %s, which gave %d messages of %d: %v", queue, len(bodies), n, err)
			return bodies
		}
		for _, m := range out.Messages {
			bodies = append(bodies, *m.Body)
		}
		if len(out.Messages) == 0 && len(bodies) >= n {
			return bodies
		}
		in.WaitTimeSeconds = 1
	}
}
