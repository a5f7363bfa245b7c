package scheduler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/scheduler"
	"slipway/infra/local/store"
)

func TestContextAttributesAreReplacedForEachAttempt(t *testing.T) {
	r := newRig(t)
	s := spec("s", "at(2026-11-22T10:30:00)")
	s.ScheduleExpressionTimezone = "Europe/Zurich"
	s.Target.Input = `{"arn":"<aws.scheduler.schedule-arn>","time":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","n":"<aws.scheduler.attempt-number>","other":"<aws.scheduler.other>"}`
	r.create(s)
	plain := spec("plain", "at(2026-11-22T09:30:00)")
	plain.Target.Arn, plain.Target.Input = queueARN, ""
	r.create(plain)
	r.failing = 2
	r.run(2 * time.Hour)
	want := []string{
		`09:30:01 {"arn":"arn:aws:scheduler:us-east-1:000000000000:schedule/default/s","time":"2026-11-22T09:30:00Z","id":"id-3","n":"2","other":"<aws.scheduler.other>"}`,
		`09:30:01 {"version":"0","id":"id-4","detail-type":"Scheduled Event","source":"aws.scheduler","account":"000000000000","time":"2026-11-22T09:30:00Z",` +
			`"region":"us-east-1","resources":["arn:aws:scheduler:us-east-1:000000000000:schedule/default/plain"],"detail":"{}"}`,
	}
	if got := r.kept("test/payloads"); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// letter returns the only message in the dead-letter queue.
func (r *rig) letter() (body string, attributes map[string]string) {
	r.Helper()
	all := r.kept("test/dead")
	if len(all) != 1 {
		r.Fatalf("dead-letter queue has %q", all)
	}
	parts := strings.SplitN(all[0], " ", 3)
	if err := json.Unmarshal([]byte(parts[2]), &attributes); err != nil || parts[0] != deadARN {
		r.Fatalf("queue %s, attributes %s: %v", parts[0], parts[2], err)
	}
	return parts[1], attributes
}

func TestWhatCanNotBeHandedOverGoesToTheDeadLetterQueue(t *testing.T) {
	for name, c := range map[string]struct {
		policy scheduler.RetryPolicy
		gone   bool
		want   map[string]string
	}{
		"after the attempts": {scheduler.RetryPolicy{MaximumRetryAttempts: pointer(2)}, false,
			map[string]string{"EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts", "RETRY_ATTEMPTS": "2", "ERROR_CODE": "ERROR_FROM_TARGET", "ERROR_MESSAGE": "busy"}},
		"after the age": {scheduler.RetryPolicy{MaximumEventAgeInSeconds: pointer(60)}, false,
			map[string]string{"EXHAUSTED_RETRY_CONDITION": "MaximumEventAgeInSeconds", "RETRY_ATTEMPTS": "5", "ERROR_CODE": "ERROR_FROM_TARGET", "ERROR_MESSAGE": "busy"}},
		"at once when the target is gone": {scheduler.RetryPolicy{}, true,
			map[string]string{"RETRY_ATTEMPTS": "0", "ERROR_CODE": "ResourceNotFoundException", "ERROR_MESSAGE": "the target can't be resolved: no such target"}},
	} {
		r := newRig(t)
		s := spec("s", "at(2026-11-22T08:30:00)")
		s.Target.RetryPolicy, s.Target.DeadLetterConfig = &c.policy, &scheduler.DeadLetterConfig{Arn: deadARN}
		r.create(s)
		r.failing, r.gone = 1000, c.gone
		r.clock.Run()
		body, got := r.letter()
		c.want["SCHEDULE_ARN"], c.want["TARGET_ARN"] = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/s", targetARN
		c.want["SCHEDULED_TIME"], c.want["IS_PAYLOAD_TRUNCATED"] = "2026-11-22T08:30:00Z", "false"
		c.want["EXECUTION_ID"] = fmt.Sprintf("id-%d", r.ids)
		if fmt.Sprint(got) != fmt.Sprint(c.want) || !strings.Contains(body, `"t":"2026-11-22T08:30:00Z"`) || len(r.kept("test/payloads")) > 0 {
			t.Errorf("%s: %s with\n%v, want\n%v", name, body, got, c.want)
		}
	}
}

func TestRetriesLastNearlyADay(t *testing.T) {
	r := newRig(t)
	r.create(spec("s", "at(2026-11-22T08:30:00)"))
	r.failing = 185
	r.clock.Run()
	last := r.kept("test/payloads")
	if d := r.clock.Now().Sub(start); len(last) != 1 || !strings.Contains(last[0], `"n":"186"`) || d < 20*time.Hour || d > 25*time.Hour {
		t.Errorf("after %s: %s", d, last)
	}
}

func TestABrokenDeadLetterQueueIsReportedAndTriedAgainAfterARestart(t *testing.T) {
	r := newRig(t)
	s := spec("s", "at(2026-11-22T08:30:00)")
	s.Target.RetryPolicy, s.Target.DeadLetterConfig = &scheduler.RetryPolicy{MaximumRetryAttempts: pointer(0)}, &scheduler.DeadLetterConfig{Arn: deadARN}
	r.create(s)
	r.failing, r.refuse = 2, errors.New("no such queue")
	r.clock.Run()
	if len(r.reports) != 1 || !strings.HasSuffix(r.reports[0], "dead-letter queue: no such queue") {
		t.Errorf("reports %q", r.reports)
	}
	r.refuse = nil
	r.restart(r.store)
	r.resume()
	r.clock.Run()
	if _, attributes := r.letter(); attributes["RETRY_ATTEMPTS"] != "0" {
		t.Errorf("attributes %v", attributes)
	}
}

// A crashing store ends the process after some commits: what follows them doesn't happen.
type crashing struct {
	store.Store
	left int
	rig  *rig
	at   time.Time // when the last commit was
}

var errCrashed = errors.New("crashed")

type deafTx struct{ store.Tx }

func (deafTx) OnCommit(func()) {}

func (c *crashing) Update(f func(store.Tx) error) error {
	if c.left == 0 {
		return errCrashed
	}
	c.left--
	if c.left == 0 {
		c.at = c.rig.clock.Now()
		return c.Store.Update(func(tx store.Tx) error { return f(deafTx{tx}) })
	}
	return c.Store.Update(f)
}

func TestARestartAtAnyCommitGivesTheSameDeliveries(t *testing.T) {
	stack := func(r *rig) {
		for _, s := range []scheduler.Spec{spec("rate", "rate(20 minutes)"), spec("cron", "cron(0/15 * * * ? *)"), spec("once", "at(2026-11-22T08:30:00)")} {
			s.ActionAfterCompletion, s.EndDate = scheduler.DeleteAfterCompletion, pointer(start.Add(50*time.Minute))
			if err := r.engine.CreateSchedule(s); err != nil && !errors.Is(err, errCrashed) {
				t.Fatal(err)
			}
		}
	}
	payloads := func(r *rig) string {
		all := r.kept("test/payloads")
		slices.Sort(all)
		return strings.Join(all, "\n")
	}
	late := func(payload string) bool { // a slot whose first two hand-offs fail
		return strings.Contains(payload, "T08:20:00Z") && !strings.Contains(payload, `"n":"3"`)
	}
	want := newRig(t)
	want.rejects = late
	stack(want)
	want.run(2 * time.Hour)
	if n := len(want.kept("test/payloads")); n != 7 {
		t.Fatalf("%d deliveries without a crash: %s", n, payloads(want))
	}
	for commits := 1; ; commits++ {
		r := newRig(t)
		durable := r.store
		r.rejects = late
		crash := &crashing{Store: durable, left: commits, rig: r}
		r.restart(crash)
		stack(r)
		r.run(2 * time.Hour)
		if crash.left > 0 {
			if commits < 15 {
				t.Errorf("the whole took %d commits", commits)
			}
			return
		}
		r.clock, r.reports = clock.NewVirtual(crash.at), nil
		r.restart(durable)
		stack(r)
		r.resume()
		r.run(2 * time.Hour)
		if got := payloads(r); got != payloads(want) || len(r.reports) > 0 {
			t.Fatalf("after a crash at commit %d, deliveries are\n%s\nwant\n%s\nreports %q", commits, got, payloads(want), r.reports)
		}
	}
}
