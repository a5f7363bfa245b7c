package step_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"slipway/shared/objects"
	"slipway/shared/step"
)

// An interrupted store fails at its first write under a prefix.
type interrupted struct {
	step.Objects
	prefix string
}

var errInterrupted = errors.New("interrupted")

func (i *interrupted) Put(ctx context.Context, bucket, key string, body io.Reader, o objects.Options) error {
	if i.prefix != "" && strings.HasPrefix(key, i.prefix) {
		i.prefix = ""
		return errInterrupted
	}
	return i.Objects.Put(ctx, bucket, key, body, o)
}

func TestAnAttemptThatWasCutOffBeforeItWatchedIsStartedAgain(t *testing.T) {
	for _, prefix := range []string{step.WorksPrefix, step.WatchesPrefix} {
		p := newPlace(t)
		p.alarms(map[string]types.StateValue{"errors": ok})
		p.runner = step.New(step.Dependencies{Objects: &interrupted{p.objects, prefix}, Accounts: p, Timers: p, WorkBucket: "work",
			Now: func() time.Time { return p.now }})
		w := attempt(watcher, `{"alarms":["errors"],"for":"10m"}`)
		if _, err := p.runner.Start(t.Context(), "alarm", w); !errors.Is(err, errInterrupted) {
			t.Fatalf("cut off at %s it comes to %v", prefix, err)
		}
		p.now = p.now.Add(time.Minute)
		if outcome, failure := p.start("alarm", w); failure != nil || outcome.Done {
			t.Fatalf("again it comes to %+v, %v", outcome, failure)
		}
		p.alarms(map[string]types.StateValue{"errors": raised})
		if got := p.changed("errors"); len(got) != 1 {
			t.Errorf("cut off at %s, its alarm leads to %q", prefix, got)
		}
	}
}

func TestAWatchedNameAndAWorksNameAreNotConfused(t *testing.T) {
	p := newPlace(t)
	p.alarms(map[string]types.StateValue{"errors": ok, watcher + "/check/1": ok})
	p.start("alarm", attempt(watcher, `{"alarms":["errors"],"for":"10m"}`))
	other := "storefront_3_production_1"
	p.start("alarm", attempt(other, `{"alarms":["`+watcher+`/check/1"],"for":"10m"}`)) // an alarm called like the other's work
	p.alarms(map[string]types.StateValue{"errors": ok, watcher + "/check/1": raised})
	got := p.changed(watcher + "/check/1")
	if len(got) != 1 || !strings.HasPrefix(got[0], other+"/check/1 AlarmRaised: ") {
		t.Errorf("its event leads to %q", got)
	}
}
