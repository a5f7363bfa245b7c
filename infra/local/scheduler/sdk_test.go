package scheduler_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

var ctx = context.Background()

// RoundTrip implements [http.RoundTripper]; it ends in the engine.
func (r *rig) RoundTrip(request *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, request)
	return w.Result(), nil
}

// sdk returns an SDK client in front of the engine.
func (r *rig) sdk() *client.Client {
	return client.New(client.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://scheduler.local"), HTTPClient: &http.Client{Transport: r},
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""), RetryMaxAttempts: 1})
}

// request returns the request for a schedule of the group runbooks.
func request(name, expression string) *client.CreateScheduleInput {
	return &client.CreateScheduleInput{Name: &name, GroupName: aws.String("runbooks"), ScheduleExpression: &expression, ClientToken: aws.String("token-" + name),
		FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target:             &types.Target{Arn: aws.String(targetARN), RoleArn: aws.String(roleARN), Input: aws.String(input)}}
}

func newGroup(t *testing.T) *rig {
	r := newRig(t)
	if err := r.engine.CreateGroup("runbooks"); err != nil {
		t.Fatal(err)
	}
	return r
}

// names returns the names of the group's schedules.
func (r *rig) names() string {
	r.Helper()
	out, err := r.sdk().ListSchedules(ctx, &client.ListSchedulesInput{GroupName: aws.String("runbooks")})
	if err != nil {
		r.Fatal(err)
	}
	var all []string
	for _, s := range out.Schedules {
		all = append(all, *s.Name+" "+string(s.State))
	}
	return strings.Join(all, ", ")
}

func TestAOneTimeScheduleIsGoneAfterItsSlot(t *testing.T) {
	r := newGroup(t)
	once := request("once", "at(2026-11-22T08:10:00)")
	once.ActionAfterCompletion = types.ActionAfterCompletionDelete
	for range 2 { // with the same token
		if _, err := r.sdk().CreateSchedule(ctx, once); err != nil {
			t.Fatal(err)
		}
	}
	kept := request("kept", "at(2026-11-22T08:10:00)")
	if _, err := r.sdk().CreateSchedule(ctx, kept); err != nil {
		t.Fatal(err)
	}
	r.run(9 * time.Minute)
	if got := r.names(); got != "kept ENABLED, once ENABLED" {
		t.Errorf("before the slot: %s", got)
	}
	r.run(time.Minute)
	if got := r.names(); got != "kept ENABLED" {
		t.Errorf("after the slot: %s", got)
	}
	_, err := r.sdk().GetSchedule(ctx, &client.GetScheduleInput{Name: aws.String("once"), GroupName: aws.String("runbooks")})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok {
		t.Errorf("GetSchedule: %v", err)
	}
	want := `08:10:00 {"s":"arn:aws:scheduler:us-east-1:000000000000:schedule/runbooks/once","t":"2026-11-22T08:10:00Z","n":"1"}`
	if got := strings.Join(r.kept("test/payloads"), "\n"); !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("the target got\n%s, want also\n%s", got, want)
	}
}

func TestAScheduleThatIsDisabledMeanwhileDeliversNothing(t *testing.T) {
	r := newGroup(t)
	off := request("off", "rate(10 minutes)")
	off.State = types.ScheduleStateDisabled
	for _, s := range []*client.CreateScheduleInput{off, request("paused", "cron(0/10 * * * ? *)")} {
		if _, err := r.sdk().CreateSchedule(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	set := func(state types.ScheduleState) {
		t.Helper()
		s := request("paused", "cron(0/10 * * * ? *)")
		if _, err := r.sdk().UpdateSchedule(ctx, &client.UpdateScheduleInput{Name: s.Name, GroupName: s.GroupName, ScheduleExpression: s.ScheduleExpression,
			FlexibleTimeWindow: s.FlexibleTimeWindow, Target: s.Target, State: state}); err != nil {
			t.Fatal(err)
		}
	}
	r.run(15 * time.Minute) // runs at 8:00 or 8:10
	before := r.ran()
	set(types.ScheduleStateDisabled)
	r.run(time.Hour)
	if got := r.ran(); got != before {
		t.Errorf("ran at %s, and while disabled at %s", before, got)
	}
	if got := r.names(); got != "off DISABLED, paused DISABLED" {
		t.Errorf("schedules %s", got)
	}
	set(types.ScheduleStateEnabled)
	r.run(10 * time.Minute)
	if got := r.ran(); got != before+" 09:20:00" {
		t.Errorf("ran at %s", got)
	}
	got, err := r.sdk().GetSchedule(ctx, &client.GetScheduleInput{Name: aws.String("paused"), GroupName: aws.String("runbooks")})
	if err != nil || got.State != types.ScheduleStateEnabled || *got.Target.Input != input || got.ActionAfterCompletion != types.ActionAfterCompletionNone {
		t.Errorf("GetSchedule = %+v, %v", got, err)
	}
	for range 2 { // with the same token
		if _, err := r.sdk().DeleteSchedule(ctx, &client.DeleteScheduleInput{Name: aws.String("paused"), GroupName: aws.String("runbooks"), ClientToken: aws.String("delete")}); err != nil {
			t.Fatal(err)
		}
	}
	r.run(time.Hour)
	if got := r.ran(); got != before+" 09:20:00" || r.names() != "off DISABLED" {
		t.Errorf("after the deletion: ran at %s, schedules %s", got, r.names())
	}
}
