package pipeline_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

// asked returns a deployment that asks quorum managers but the requester for the approval of "sha256:plan".
func asked(t *testing.T, quorum int) pipeline.Deployment {
	t.Helper()
	d, _ := pipeline.NewDeployment(release(1), "production", 1, pipeline.Requester{By: "requester"}, noon)
	_, err := d.Ask("sha256:plan", "token", pipeline.Asked{Quorum: quorum, Groups: []string{"managers"}, Excluded: []string{"requester"}}, events.ApprovalStart{})
	must(t, err)
	return d
}

// managers are the members of the group that is asked.
func managers() []string { return []string{"manager1", "manager2", "requester"} }

// decide has somebody decide in a few words: "manager1 approve plan".
func decide(d *pipeline.Deployment, words string) ([]events.Event, error) {
	w := strings.Fields(words)
	return d.Decide(pipeline.Approval{By: w[0], Decision: w[1], Plan: "sha256:" + w[2], Note: "because", At: at(1)}, managers())
}

func TestApprovalTakesAQuorumOfDistinctPeople(t *testing.T) {
	for _, c := range []struct {
		quorum    int
		decisions string
		approved  bool
	}{
		{1, "", false},
		{1, "manager1 approve plan", true},
		{2, "manager1 approve plan", false},
		{2, "manager1 approve plan;manager2 approve plan", true},
		{1, "manager1 reject plan", false},
		{1, "manager1 approve plan;manager2 reject plan", false},
	} {
		d := asked(t, c.quorum)
		for _, words := range strings.FieldsFunc(c.decisions, func(r rune) bool { return r == ';' }) {
			_, err := decide(&d, words)
			must(t, err)
		}
		if d.Approved("sha256:plan", c.quorum) != c.approved {
			t.Errorf("quorum %d after %q is approved: %t", c.quorum, c.decisions, !c.approved)
		}
		if d.Approved("sha256:other", c.quorum) {
			t.Errorf("quorum %d after %q: another plan is approved", c.quorum, c.decisions)
		}
	}
}

func TestDecisionsThatAreNotOnesToMakeAreRefused(t *testing.T) {
	for words, want := range map[string]error{
		"manager2 approve old":   pipeline.ErrRefused, // another plan
		"stranger approve plan":  pipeline.ErrRefused,
		"stranger reject plan":   pipeline.ErrRefused,
		"requester approve plan": pipeline.ErrRefused, // a member, but excluded
		"manager1 reject plan":   pipeline.ErrRefused, // has approved already
		"manager2 maybe plan":    pipeline.ErrInvalid,
		"manager2 APPROVE plan":  pipeline.ErrInvalid,
	} {
		d := asked(t, 2)
		_, err := decide(&d, "manager1 approve plan")
		must(t, err)
		before := slices.Clone(d.Approvals)
		happened, err := decide(&d, words)
		wantError(t, words, err, want)
		if len(happened) > 0 || !slices.Equal(d.Approvals, before) || d.Status != pipeline.StatusAwaitingApproval {
			t.Errorf("%s: it is refused and yet leaves %+v with %q", words, d.Approvals, types(happened))
		}
	}
}

func TestADecisionCarriedHereAgainChangesNothing(t *testing.T) {
	for _, decision := range []string{pipeline.DecisionApprove, pipeline.DecisionReject} {
		d := asked(t, 2)
		a := pipeline.Approval{Plan: "sha256:plan", By: "manager1", Decision: decision, Via: "arn:aws:states:us-east-1:000000000000:execution:Approve-production:1"}
		first, err := d.Decide(a, []string{"manager1"})
		must(t, err)
		again, err := d.Decide(a, []string{"manager1"})
		if err != nil || len(again) > 0 || len(d.Approvals) != 1 || len(first) == 0 {
			t.Errorf("%s again: %q, %v, %d approvals", decision, types(again), err, len(d.Approvals))
		}
		a.Via += "1"
		if _, err := d.Decide(a, []string{"manager1"}); err == nil || len(d.Approvals) != 1 {
			t.Errorf("%s by another way: %v, %d approvals", decision, err, len(d.Approvals))
		}
	}
}

func TestAPersonDecidesOnce(t *testing.T) {
	d := asked(t, 2)
	_, err := decide(&d, "manager1 approve plan")
	must(t, err)
	if _, err := decide(&d, "manager1 approve plan"); !errors.Is(err, pipeline.ErrRefused) || len(d.Approvals) != 1 || d.Approved("sha256:plan", 2) {
		t.Errorf("approving twice: %v, %d approvals", err, len(d.Approvals))
	}
}

func TestARejectionEndsTheDeployment(t *testing.T) {
	d := asked(t, 2)
	_, err := decide(&d, "manager1 approve plan")
	must(t, err)
	happened, err := decide(&d, "manager2 reject plan")
	must(t, err)
	if got := types(happened); !slices.Equal(got, []string{"approval.decided.v1", "deployment.rejected.v1"}) {
		t.Errorf("it causes %q", got)
	}
	if d.Status != pipeline.StatusRejected || d.Reason != "rejected by manager2: because" || !d.FinishedAt.Equal(at(1)) {
		t.Errorf("it leaves %s, %q, %s", d.Status, d.Reason, d.FinishedAt)
	}
	_, err = decide(&d, "requester approve plan")
	wantError(t, "a decision after the end", err, pipeline.ErrEnded)
}

func TestOnlyADeploymentThatAsksIsDecidedOn(t *testing.T) {
	for _, status := range statuses() {
		d := asked(t, 1)
		d.Status = status
		want := pipeline.ErrRefused
		switch {
		case status == pipeline.StatusAwaitingApproval:
			want = nil
		case status.Terminal():
			want = pipeline.ErrEnded
		}
		_, err := decide(&d, "manager1 approve plan")
		wantError(t, string(status), err, want)
	}
}

func TestAPlanThatHasChangedVoidsItsApprovals(t *testing.T) {
	d := asked(t, 2)
	_, err := decide(&d, "manager1 approve plan")
	must(t, err)
	event, err := d.Ask("sha256:new", "token2", pipeline.Asked{Quorum: 2, Groups: []string{"managers"}}, events.ApprovalStart{StateMachine: "arn"})
	must(t, err)
	want := events.DeploymentAwaitingApproval{Deployment: d.Subject(), Plan: "sha256:new", Quorum: 2, Approvers: []string{"managers"}}
	got, ok := event.(events.DeploymentAwaitingApproval)
	if !ok || got.Plan != want.Plan || got.Start.StateMachine != "arn" || got.Start.Input.Plan != "sha256:new" || got.Start.Input.Deployment != d.ID.String() {
		t.Errorf("it asks with %+v", event)
	}
	_, err = decide(&d, "manager2 approve new")
	must(t, err)
	if d.Approved("sha256:new", 2) {
		t.Error("an approval of the old plan counts for the new one")
	}
	_, err = decide(&d, "manager1 approve new")
	must(t, err)
	if !d.Approved("sha256:new", 2) || len(d.Approvals) != 3 {
		t.Errorf("two people have approved the new plan, and there are %d approvals", len(d.Approvals))
	}
}

func TestAskingAgainForTheSamePlanOnlyReplacesTheToken(t *testing.T) {
	d := asked(t, 1)
	event, err := d.Ask("sha256:plan", "token2", *d.Asked, events.ApprovalStart{})
	if err != nil || event != nil || d.Token != "token2" || d.Status != pipeline.StatusAwaitingApproval {
		t.Errorf("event %v, %v, token %s", event, err, d.Token)
	}
}

func TestOnePersonIsNoQuorumOfTwoHoweverOftenRecorded(t *testing.T) {
	d := asked(t, 2)
	d.Approvals = []pipeline.Approval{
		{Plan: "sha256:plan", By: "manager1", Decision: pipeline.DecisionApprove, At: at(1)},
		{Plan: "sha256:plan", By: "manager1", Decision: pipeline.DecisionApprove, At: at(2)},
	}
	if d.Approved("sha256:plan", 2) {
		t.Error("it is")
	}
}

func TestANoteLeavesRoomForItsDeployment(t *testing.T) {
	for length, want := range map[int]error{pipeline.MaxNote: nil, pipeline.MaxNote + 1: pipeline.ErrInvalid} {
		d := asked(t, 1)
		_, err := d.Decide(pipeline.Approval{Plan: "sha256:plan", By: "manager1", Decision: pipeline.DecisionApprove, Note: strings.Repeat("n", length)}, []string{"manager1"})
		wantError(t, fmt.Sprintf("a note of %d bytes", length), err, want)
	}
}
