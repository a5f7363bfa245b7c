package timer_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/scheduler"

	"slipway/infra/local/clock"
	"slipway/infra/local/scheduler"
	"slipway/infra/local/store"
	"slipway/shared/step"
	"slipway/shared/timer"
)

var _ step.Timers = (*timer.Timers)(nil)

const (
	group  = "slipway-timers"
	target = "arn:aws:lambda:us-east-1:000000000000:function:resumestep"
	role   = "arn:aws:iam::000000000000:role/scheduler"
	dead   = "arn:aws:sqs:us-east-1:000000000000:dead"
)

// A rig is the local EventBridge Scheduler with timers, and a function that keeps what it gets.
type rig struct {
	*testing.T
	*timer.Timers
	client *sdk.Client
	engine *scheduler.Engine
	clock  *clock.Virtual
	got    []string
	before func(r *http.Request) // called before a request is answered
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, clock: clock.NewVirtual(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)), before: func(*http.Request) {}}
	ids := 0
	r.engine = scheduler.New(scheduler.Config{Store: store.NewMemory(), Clock: r.clock,
		Target: func(arn string) (scheduler.Target, error) {
			if arn != target {
				return nil, errors.New("no such target")
			}
			return r, nil
		},
		Send: func(store.Tx, string, string, map[string]string) error {
			return errors.New("nothing is to be given up")
		},
		NewID:  func() string { ids++; return fmt.Sprintf("id-%d", ids) },
		Report: func(err error) { t.Error(err) }})
	r.client = sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://scheduler.localhost"), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("slipway", "secret", ""), HTTPClient: &http.Client{Transport: r}})
	if _, err := r.client.CreateScheduleGroup(t.Context(), &sdk.CreateScheduleGroupInput{Name: aws.String(group)}); err != nil {
		t.Fatal(err)
	}
	r.Timers = timer.New(r.client, group, target, role, dead, r.clock.Now)
	return r
}

// RoundTrip implements [http.RoundTripper]; it ends in the engine.
func (r *rig) RoundTrip(request *http.Request) (*http.Response, error) {
	r.before(request)
	answer := httptest.NewRecorder()
	r.engine.ServeHTTP(answer, request)
	response := answer.Result()
	response.Request = request
	return response, nil
}

// Deliver implements [scheduler.Target].
func (r *rig) Deliver(_ store.Tx, payload []byte) error {
	r.got = append(r.got, r.clock.Now().Format("15:04:05 ")+string(payload))
	return nil
}

func (r *rig) set(work string, at time.Time) {
	r.Helper()
	if err := r.Set(r.Context(), "wait", work, at); err != nil {
		r.Fatal(err)
	}
}

// comes runs the clock for an hour and wants the function to have been invoked so, with
// no schedule left.
func (r *rig) comes(want ...string) {
	r.Helper()
	r.clock.RunUntil(r.clock.Now().Add(time.Hour))
	if !slices.Equal(r.got, want) {
		r.Errorf("the function got\n%s\nwant\n%s", strings.Join(r.got, "\n"), strings.Join(want, "\n"))
	}
	left, err := r.client.ListSchedules(r.Context(), &sdk.ListSchedulesInput{GroupName: aws.String(group)})
	if err != nil {
		r.Fatal(err)
	}
	if len(left.Schedules) > 0 {
		r.Errorf("%d schedules are left", len(left.Schedules))
	}
}

func event(at, work string) string {
	return at + ` {"source":"slipway","detail-type":"Timer Due","detail":{"kind":"wait","work":"` + work + `"}}`
}

func TestATimerComesOnceAndIsGone(t *testing.T) {
	r := newRig(t)
	r.set("a/site/1", r.clock.Now().Add(10*time.Minute))
	r.set("b/site/1", r.clock.Now().Add(5*time.Minute))
	r.comes(event("08:05:00", "b/site/1"), event("08:10:00", "a/site/1"))
}

func TestATimerIsNeverEarly(t *testing.T) {
	r := newRig(t)
	r.set("a", r.clock.Now().Add(10*time.Minute+time.Nanosecond))
	r.set("b", r.clock.Now().Add(11*time.Minute).In(time.FixedZone("east", 7200)))
	r.comes(event("08:10:01", "a"), event("08:11:00", "b"))
}

func TestATimeThatHasPassedComesSoon(t *testing.T) {
	r := newRig(t)
	r.set("past", r.clock.Now().Add(-24*time.Hour))
	r.comes(event("08:00:10", "past"))
}

func TestSettingAgainAddsATime(t *testing.T) {
	r := newRig(t)
	for _, minutes := range []time.Duration{10, 5, 10, 20} {
		r.set("a", r.clock.Now().Add(minutes*time.Minute))
	}
	r.comes(event("08:05:00", "a"), event("08:10:00", "a"), event("08:20:00", "a"))
}

func TestATimerCanBeSetAgainAfterItCame(t *testing.T) {
	r := newRig(t)
	r.set("a", r.clock.Now().Add(10*time.Minute))
	r.comes(event("08:10:00", "a"))
	r.set("a", r.clock.Now().Add(10*time.Minute))
	r.comes(event("08:10:00", "a"), event("09:10:00", "a"))
}

func TestAClearedTimerDoesNotCome(t *testing.T) {
	r := newRig(t)
	r.set("a", r.clock.Now().Add(10*time.Minute))
	for range 2 { // the second finds nothing
		if err := r.Clear(t.Context(), "wait", "a"); err != nil {
			t.Fatal(err)
		}
	}
	r.comes()
}

func TestEveryTimeOfAWorkIsClearedAndNoneOfAnother(t *testing.T) {
	r := newRig(t)
	for minutes := range time.Duration(120) { // more than a page
		r.set("a", r.clock.Now().Add((minutes+1)*10*time.Second))
	}
	r.set("b", r.clock.Now().Add(10*time.Minute))
	if err := r.Clear(t.Context(), "wait", "a"); err != nil {
		t.Fatal(err)
	}
	r.comes(event("08:10:00", "b"))
}

func TestAnErrorNamesTheWork(t *testing.T) {
	r := newRig(t)
	broken := timer.New(r.client, "gone", target, role, dead, r.clock.Now)
	err := broken.Set(t.Context(), "wait", "a/site/1", r.clock.Now().Add(time.Hour))
	if err == nil || !strings.Contains(err.Error(), "set timer of wait work a/site/1 to at(2026-11-22T09:00:00)") {
		t.Errorf("without its group, a timer fails with %v", err)
	}
}

func TestNamesAreDistinctAndFit(t *testing.T) {
	seen := map[string]bool{}
	for _, of := range [][2]string{{"wait", "a"}, {"wait", "b"}, {"alarm", "a"}, {"wait", strings.Repeat("ü/", 1000)}} {
		name := timer.Prefix(of[0], of[1])
		if len(name) != 47 || seen[name] {
			t.Errorf("%q is the name of %.20q", name, of)
		}
		seen[name] = true
	}
}
