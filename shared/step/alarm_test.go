package step_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"slipway/events"
	"slipway/shared/step"
)

// alarms makes the place's CloudWatch one with alarms in those states; the one called
// "composite" is made of others.
func (p *place) alarms(states map[string]types.StateValue) {
	p.answer = func(request any) (any, error) {
		out := &cloudwatch.DescribeAlarmsOutput{}
		for _, name := range request.(*cloudwatch.DescribeAlarmsInput).AlarmNames {
			value, known := states[name]
			switch {
			case !known:
			case name == "composite":
				out.CompositeAlarms = append(out.CompositeAlarms, types.CompositeAlarm{AlarmName: &name, StateValue: value, StateReason: aws.String("of others")})
			default:
				out.MetricAlarms = append(out.MetricAlarms, types.MetricAlarm{AlarmName: &name, StateValue: value, StateReason: aws.String("threshold crossed")})
			}
		}
		return out, nil
	}
}

// changed sends the event that an alarm has changed.
func (p *place) changed(alarm string) []string {
	p.t.Helper()
	return p.resume("aws.cloudwatch", "CloudWatch Alarm State Change", fmt.Sprintf(`{"alarmName":%q,"state":{"value":"ALARM"}}`, alarm))
}

const (
	ok      = types.StateValueOk
	raised  = types.StateValueAlarm
	noData  = types.StateValueInsufficientData
	watcher = "storefront_2_production_1"
)

func TestAlarmsAreLookedAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		with   string
		states map[string]types.StateValue
		want   string
	}{
		"all is well":            {`{"alarms":["errors","composite"]}`, map[string]types.StateValue{"errors": ok, "composite": ok}, ""},
		"one is raised":          {`{"alarms":["errors","latency"]}`, map[string]types.StateValue{"errors": ok, "latency": raised}, "AlarmRaised: latency is ALARM: threshold crossed"},
		"a composite is raised":  {`{"alarms":"composite"}`, map[string]types.StateValue{"composite": raised}, "AlarmRaised: composite is ALARM: of others"},
		"no data is ok":          {`{"alarms":"errors"}`, map[string]types.StateValue{"errors": noData}, ""},
		"no data is not ok":      {`{"alarms":"errors","missing":"fail"}`, map[string]types.StateValue{"errors": noData}, "AlarmRaised: errors is INSUFFICIENT_DATA: threshold crossed"},
		"one does not exist":     {`{"alarms":["errors","gone"]}`, map[string]types.StateValue{"errors": raised}, "NoSuchAlarm: CloudWatch has no alarm gone in environment production; create it there, or correct the name"},
		"raised before its time": {`{"alarms":"errors","for":"10m"}`, map[string]types.StateValue{"errors": raised}, "AlarmRaised: errors is ALARM: threshold crossed"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.alarms(c.states)
			outcome, failure := p.start("alarm", attempt(watcher, c.with))
			switch {
			case c.want == "" && (failure != nil || !outcome.Done):
				t.Errorf("it comes to %+v, %v", outcome, failure)
			case c.want != "" && (failure == nil || failure.Error() != c.want):
				t.Errorf("it comes to %v, want %s", failure, c.want)
			}
		})
	}
}

func TestNamesOfAlarmsThatAreTooLongForAnOutputAreLeftOut(t *testing.T) {
	p := newPlace(t)
	states, names := map[string]types.StateValue{}, []string{}
	for i := range 100 {
		name := fmt.Sprintf("%0255d", i)
		states[name], names = ok, append(names, fmt.Sprintf("%q", name))
	}
	p.alarms(states)
	outcome, failure := p.start("alarm", attempt(watcher, `{"alarms":[`+strings.Join(names, ",")+`]}`))
	if failure != nil || !outcome.Done || len(outcome.Outputs) > 0 {
		t.Errorf("it comes to %d outputs, %v", len(outcome.Outputs), failure)
	}
}

func TestAlarmsThatStayOutOfAlarmPass(t *testing.T) {
	p := newPlace(t)
	p.alarms(map[string]types.StateValue{"errors": ok, "latency": noData})
	p.start("alarm", attempt(watcher, `{"alarms":["errors","latency"],"for":"10m"}`))
	p.now = p.now.Add(5 * time.Minute)
	if got := p.changed("latency"); len(got) != 0 {
		t.Errorf("a change that is none to ALARM leads to %q", got)
	}
	if got := p.due("alarm", watcher+"/check/1"); !slices.Equal(got, []string{watcher + "/check/1 done"}) {
		t.Errorf("its end leads to %q", got)
	}
	if want := time.Date(2026, 3, 1, 12, 10, 0, 0, time.UTC); !p.now.Equal(want) {
		t.Errorf("it ended at %s, want %s", p.now, want)
	}
}

func TestAnAlarmLeadsToEveryAttemptThatWatchesIt(t *testing.T) {
	p := newPlace(t)
	states := map[string]types.StateValue{"errors": ok, "latency": ok, "other": ok}
	p.alarms(states)
	p.start("alarm", attempt("a_1_production_1", `{"alarms":["errors","latency"],"for":"10m"}`))
	p.start("alarm", attempt("b_1_production_1", `{"alarms":["errors"],"for":"10m"}`))
	p.start("alarm", attempt("c_1_production_1", `{"alarms":["other"],"for":"10m"}`))
	if len(p.timers) != 3 {
		t.Errorf("the timers are %v", p.timers)
	}
	states["errors"] = raised
	want := []string{
		"a_1_production_1/check/1 AlarmRaised: errors is ALARM: threshold crossed",
		"b_1_production_1/check/1 AlarmRaised: errors is ALARM: threshold crossed",
	}
	for range 2 { // an event comes again until the end of the attempts is recorded
		if got := p.changed("errors"); !slices.Equal(got, want) {
			t.Errorf("it leads to %q, want %q", got, want)
		}
	}
	if len(p.timers) != 1 {
		t.Errorf("what has ended leaves the timers %v", p.timers)
	}
	p.forget("a_1_production_1")
	if got := p.changed("errors"); !slices.Equal(got, want[1:]) {
		t.Errorf("when a has been forgotten it leads to %q", got)
	}
	if got := p.changed("latency"); len(got) != 0 {
		t.Errorf("another alarm of a leads to %q", got)
	}
	p.forget("b_1_production_1")
	p.forget("c_1_production_1")
	p.forget("nobody_1_production_1")
	if got := p.watches(); got != "" {
		t.Errorf("what is left is %s", got)
	}
}

func (p *place) forget(execution string) {
	p.t.Helper()
	if err := p.runner.Forget(p.t.Context(), step.Attempt{Execution: execution, Step: "check", Attempt: 1}); err != nil {
		p.t.Fatal(err)
	}
}

// watches returns the keys of what leads from watched names to attempts.
func (p *place) watches() string {
	keys := slices.DeleteFunc(strings.Fields(p.list("work")), func(key string) bool { return !strings.HasPrefix(key, step.WatchesPrefix) })
	return strings.Join(keys, " ")
}

func TestAnAttemptThatNobodyEndedIsForgottenInTime(t *testing.T) {
	p := newPlace(t)
	p.alarms(map[string]types.StateValue{"errors": ok})
	p.start("alarm", attempt(watcher, `{"alarms":["errors"],"for":"10m"}`))
	p.alarms(map[string]types.StateValue{"errors": raised})
	p.now = p.now.Add(3 * time.Hour)
	if got := p.changed("errors"); len(got) != 1 {
		t.Errorf("while it may go on, its alarm leads to %q", got)
	}
	p.now = p.now.Add(2 * time.Hour)
	if got := p.changed("errors"); len(got) != 0 || p.watches() != "" {
		t.Errorf("when it can't, its alarm leads to %q and leaves %s", got, p.watches())
	}
}

func TestEventsThatAreOfNoWatchedAlarmLeadNowhere(t *testing.T) {
	p := newPlace(t)
	p.alarms(map[string]types.StateValue{"errors": ok})
	p.start("alarm", attempt(watcher, `{"alarms":["errors"],"for":"10m"}`))
	before := len(p.calls)
	p.changed("another")
	p.resume("aws.cloudwatch", "CloudWatch Alarm State Change", `{}`)
	p.resume("aws.cloudwatch", "CloudWatch Alarm State Change", `[]`)
	p.resume("someone", "CloudWatch Alarm State Change", `{"alarmName":"errors"}`)
	p.resume("slipway", "Timer Due", `{"kind":"wait","work":"errors"}`)
	if len(p.calls) != before {
		t.Errorf("CloudWatch was asked %d times", len(p.calls)-before)
	}
}

func TestACancelledAlarmStepEnds(t *testing.T) {
	p := newPlace(t)
	p.alarms(map[string]types.StateValue{"errors": ok})
	p.start("alarm", attempt(watcher, `{"alarms":["errors"],"for":"10m"}`))
	if err := p.runner.Cancel(t.Context(), step.Attempt{Execution: watcher, Step: "check", Attempt: 1}); err != nil {
		t.Fatal(err)
	}
	if got := p.due("alarm", watcher+"/check/1"); len(got) != 1 || !strings.Contains(got[0], "Cancelled: ") {
		t.Errorf("it reports %q", got)
	}
}

func TestAnAlarmStepWithoutTheRightSaysWhichIsMissing(t *testing.T) {
	p := newPlace(t)
	p.answer = func(any) (any, error) { return nil, denied("cloudwatch:DescribeAlarms") }
	_, failure := p.start("alarm", attempt(watcher, `{"alarms":["errors"]}`))
	if failure == nil || !failure.Permanent || !strings.Contains(failure.Error(), "not authorized to perform cloudwatch:DescribeAlarms; list what the step acts on under allow: { alarm: […] } of environment production") {
		t.Errorf("it fails with %v", failure)
	}
}

func FuzzEventsLeadToOneNameAtMost(f *testing.F) {
	f.Add("aws.cloudwatch", "CloudWatch Alarm State Change", `{"alarmName":"errors"}`)
	f.Add("aws.ssm", "EC2 Automation Execution Status-change Notification", `{"ExecutionId":"333ba70b-2333-48db-b17e-a5e69c6f4d1c"}`)
	f.Add("aws.ssm", "EC2 Automation Execution Status-change Notification", `{"ExecutionId":7}`)
	f.Fuzz(func(t *testing.T, source, detailType, detail string) {
		for _, name := range []string{"alarm", "automation", "wait"} {
			k, _ := step.Lookup(name)
			if names := k.(step.Remote).Works(events.Raw{Source: source, DetailType: detailType, Detail: []byte(detail)}); len(names) > 1 || slices.Contains(names, "") {
				t.Errorf("%s finds %q", name, names)
			}
		}
	})
}
