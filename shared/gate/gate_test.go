package gate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/events"
	"slipway/shared/gate"
	"slipway/shared/pipeline"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lifecycle: dev, then staging and lab, which must soak for half an hour, then
// production with an approval of two.
func lifecycle() pipeline.Lifecycle {
	return pipeline.Lifecycle{Name: "default", Phases: []pipeline.Phase{
		{Name: "development", Environments: []string{"dev"}, Entry: pipeline.EntryAutomatic},
		{Name: "acceptance", Environments: []string{"staging", "lab"}, Entry: pipeline.EntryAutomatic, Soak: 30 * time.Minute},
		{Name: "live", Environments: []string{"production"}, Entry: pipeline.EntryOnRequest, Approval: &pipeline.ApprovalPolicy{
			Quorum: 2, Approvers: []string{"managers", "leads"}, Not: []pipeline.Exclusion{pipeline.ExcludeRequester, pipeline.ExcludeAuthor}, Timeout: 72 * time.Hour}},
	}}
}

// situation returns release 1.0.0 on its way to environment. History holds its
// deployments with the minutes since each ended: "dev:succeeded:60".
func situation(t *testing.T, environment, history string) gate.Situation {
	t.Helper()
	r := pipeline.Release{Project: "storefront", Version: pipeline.MustVersion("1.0.0"), Number: 1, Channel: "stable",
		Packages: []pipeline.ReleasePackage{{Name: "web", Build: events.Build{Author: "developer1"}}, {Name: "worker", Build: events.Build{Author: "developer2"}}, {Name: "docs"}}}
	d, _ := pipeline.NewDeployment(r, environment, 1, pipeline.Requester{By: "manager1"}, noon)
	s := gate.Situation{Deployment: d, Release: r, Lifecycle: lifecycle(), Now: noon}
	for _, word := range strings.Fields(history) {
		parts := strings.Split(word, ":")
		age, err := time.ParseDuration(parts[2] + "m")
		if err != nil {
			t.Fatal(err)
		}
		was, _ := pipeline.NewDeployment(r, parts[0], 1, pipeline.Requester{By: pipeline.System}, noon)
		was.Status, was.FinishedAt = pipeline.Status(parts[1]), noon.Add(-age)
		s.Deployments = append(s.Deployments, was)
	}
	return s
}

// states returns the verdicts in short: "phase:open soak:waiting".
func states(verdicts []gate.Verdict) string {
	var all []string
	for _, v := range verdicts {
		all = append(all, v.Gate+":"+string(v.State))
	}
	return strings.Join(all, " ")
}

func TestGatesJudgeByTheLifecycleAndTheHistory(t *testing.T) {
	for _, c := range []struct{ environment, history, want string }{
		{"dev", "", ""}, // nothing stands before the first phase
		{"staging", "", "phase:closed"},
		{"staging", "dev:failed:1", "phase:closed"},
		{"staging", "dev:running:0", "phase:closed"},
		{"staging", "dev:succeeded:0", "phase:open"},
		{"production", "dev:succeeded:60", "phase:closed soak:open approval:approval"},
		{"production", "staging:succeeded:40", "phase:closed soak:open approval:approval"},
		{"production", "staging:succeeded:40 lab:succeeded:29", "phase:open soak:waiting approval:approval"},
		{"production", "staging:succeeded:40 lab:succeeded:30", "phase:open soak:open approval:approval"},
		{"production", "staging:succeeded:40 lab:failed:20 lab:succeeded:35", "phase:open soak:open approval:approval"},
		{"elsewhere", "dev:succeeded:60", "phase:closed"},
	} {
		if got := states(gate.Judge(situation(t, c.environment, c.history), "sha256:plan")); got != c.want {
			t.Errorf("to %s after %q: %q, want %q", c.environment, c.history, got, c.want)
		}
	}
}

func TestTheSoakCountsFromTheFirstSuccessInTheLastEnvironment(t *testing.T) {
	s := situation(t, "production", "staging:succeeded:25 lab:succeeded:10 lab:succeeded:2")
	v, ok := gate.First(gate.Judge(s, ""))
	if !ok || v.State != gate.Waiting || !v.Until.Equal(noon.Add(20*time.Minute)) || v.Reason != "until 2026-11-22T12:20:00Z" {
		t.Errorf("it is %+v", v)
	}
	s.Now = v.Until
	if v, _ := gate.First(gate.Judge(s, "")); v.Gate != "approval" {
		t.Errorf("at that time the %s gate stands against it", v.Gate)
	}
}

func TestAClosedPhaseSaysWhatIsMissing(t *testing.T) {
	v, _ := gate.First(gate.Judge(situation(t, "production", "lab:succeeded:60"), ""))
	if v.Requires != "release 1.0.0 has succeeded in staging, lab" || v.Reason != "it has not in staging" {
		t.Errorf("it requires that %s; %s", v.Requires, v.Reason)
	}
	v, _ = gate.First(gate.Judge(situation(t, "elsewhere", ""), ""))
	if v.Requires != "elsewhere is in the lifecycle default of channel stable" || v.Reason != "it is not" {
		t.Errorf("it requires that %s; %s", v.Requires, v.Reason)
	}
}

func TestApprovalAsksWhomThePolicyNamesAndExcludes(t *testing.T) {
	s := situation(t, "production", "staging:succeeded:60 lab:succeeded:60")
	v, ok := gate.First(gate.Judge(s, "sha256:plan"))
	want := gate.Verdict{Gate: "approval", State: gate.Approval, Reason: "the plan is not approved by managers or leads",
		Requires: "2 of managers or leads approve the plan, not the requester, not the author",
		Policy:   &gate.Policy{Quorum: 2, Groups: []string{"managers", "leads"}, Exclude: []string{"manager1", "developer1", "developer2"}, Timeout: 72 * time.Hour}}
	if diff := cmp.Diff(want, v); !ok || diff != "" {
		t.Errorf("it is (-want +got):\n%s", diff)
	}
}

func TestApprovalOpensWhenThePlanIsApproved(t *testing.T) {
	s := situation(t, "production", "staging:succeeded:60 lab:succeeded:60")
	for i, by := range []string{"manager2", "manager3"} {
		if _, ok := gate.First(gate.Judge(s, "sha256:plan")); !ok {
			t.Errorf("it is open with %d approvals", i)
		}
		s.Deployment.Approvals = append(s.Deployment.Approvals, pipeline.Approval{Plan: "sha256:plan", By: by, Decision: pipeline.DecisionApprove})
	}
	if v, ok := gate.First(gate.Judge(s, "sha256:plan")); ok {
		t.Errorf("with two approvals there stands %+v", v)
	}
	if _, ok := gate.First(gate.Judge(s, "sha256:other")); !ok {
		t.Error("the approvals open the gate for another plan")
	}
}

func TestRequirementsDependOnTheLifecycleAlone(t *testing.T) {
	before := gate.Requirements(situation(t, "production", ""))
	after := gate.Requirements(situation(t, "production", "dev:succeeded:90 staging:succeeded:60 lab:succeeded:5"))
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("they change with the history, and so would the hash of the plan:\n%s", diff)
	}
	want := []pipeline.PlannedGate{
		{Gate: "phase", Requires: "release 1.0.0 has succeeded in staging, lab"},
		{Gate: "soak", Requires: "release 1.0.0 has run for 30m0s in phase acceptance"},
		{Gate: "approval", Requires: "2 of managers or leads approve the plan, not the requester, not the author"},
	}
	if diff := cmp.Diff(want, before); diff != "" {
		t.Errorf("they are (-want +got):\n%s", diff)
	}
}

func TestASingleApproverApproves(t *testing.T) {
	s := situation(t, "production", "")
	s.Lifecycle.Phases[2].Approval = &pipeline.ApprovalPolicy{Quorum: 1, Approvers: []string{"managers"}}
	all := gate.Requirements(s)
	if got := all[len(all)-1].Requires; got != "1 of managers approves the plan" {
		t.Errorf("it requires that %s", got)
	}
}

func TestWhatRefusesIsAskedFirstAndPeopleLast(t *testing.T) {
	var names []string
	for _, k := range gate.Kinds() {
		names = append(names, k.Name())
	}
	if want := []string{"phase", "soak", "approval"}; !slices.Equal(names, want) {
		t.Errorf("the order is %q, want %q", names, want)
	}
}
