package local_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"slipway/events"
)

// TestTheSameSeedGivesTheSameBytes is what makes every other test here repeatable.
func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	trace := func(seed uint64) []byte {
		w := newWorld(t, seed, unreliable(seed))
		w.travel(threePhases("shop"))
		w.check()
		return w.trace()
	}
	first := trace(7)
	if !bytes.Equal(first, trace(7)) {
		t.Error("two histories of one seed differ")
	}
	if bytes.Equal(first, trace(8)) {
		t.Error("two histories of different seeds are the same")
	}
}

// TestAnEventThatCannotBeDecodedIsKept holds invariant 6: it goes to a dead-letter
// queue, and what comes after it goes on.
func TestAnEventThatCannotBeDecodedIsKept(t *testing.T) {
	garbage := []struct {
		event  events.Event
		detail string
	}{
		{events.PackageRegistered{}, `{"package":7}`},
		{events.ProjectApplied{}, `{"project":["shop"]}`}, // which three functions take
		{events.ReleaseCreated{}, `{"project":"shop","number":"one"}`},
		{events.DeploymentRequested{}, `{"deployment":{}}`},
		{events.ApprovalDecided{}, `{"deployment":"not a deployment"}`},
	}
	w := newWorld(t, 1, nil)
	client := eventbridge.NewFromConfig(w.stack.Configuration(stranger))
	for _, g := range garbage {
		out, err := client.PutEvents(context.Background(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
			EventBusName: aws.String(w.stack.Outputs()["EventBusName"]), Source: aws.String(events.Source),
			DetailType: aws.String(g.event.Type()), Detail: aws.String(g.detail)}}})
		if err != nil || out.FailedEntryCount > 0 {
			t.Fatalf("put %s: %v, %+v", g.event.Type(), err, out)
		}
	}
	w.run(time.Hour)
	w.travel(threePhases("shop"))
	w.checkGivenUp(len(garbage) + 2)
	w.wants("shop_1_dev_1 succeeded", "shop_1_staging_1 succeeded", "shop_1_production_1 succeeded")
}
