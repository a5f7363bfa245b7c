package table_test

import (
	"testing"
	"time"

	"slipway/shared/table"
)

// execution is the ARN of an execution that approves.
const execution = "arn:aws:states:us-east-1:000000000000:execution:Approve-production:x"

// The halves of a request.
func task() table.ApprovalRequest {
	return table.ApprovalRequest{Input: `{"decision":"approve"}`, Environment: "production", Token: "token", AskedAt: noon}
}
func call() table.ApprovalRequest { return table.ApprovalRequest{Caller: "manager1"} }

func TestTheHalvesOfAnApprovalComeInEitherOrder(t *testing.T) {
	whole := task()
	whole.Caller = "manager1"
	for name, halves := range map[string][2]table.ApprovalRequest{"the task first": {task(), call()}, "the call first": {call(), task()}} {
		s := newStack(t)
		first, err := s.JoinApproval(t.Context(), execution, halves[0])
		if err != nil || first != halves[0] || first.Complete() {
			t.Errorf("%s: then there is %+v, %v", name, first, err)
		}
		second, err := s.JoinApproval(t.Context(), execution, halves[1])
		if err != nil || second != whole || !second.Complete() {
			t.Errorf("%s: in the end there is %+v, %v", name, second, err)
		}
	}
}

func TestAHalfThatComesAgainFindsTheRequestComplete(t *testing.T) {
	s := newStack(t)
	for range 2 {
		for _, half := range []table.ApprovalRequest{task(), call()} {
			if _, err := s.JoinApproval(t.Context(), execution, half); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := table.ApprovalRequest{Input: task().Input, Environment: "production", Token: "another token"} // the state was tried again
	if r, err := s.JoinApproval(t.Context(), execution, again); err != nil || !r.Complete() || r.Token != "another token" || r.Caller != "manager1" {
		t.Errorf("there is %+v, %v", r, err)
	}
}

func TestWhoStartedAnExecutionStaysWhoStartedIt(t *testing.T) {
	s := newStack(t)
	for _, half := range []table.ApprovalRequest{call(), {Caller: "developer1"}, task()} {
		if r, err := s.JoinApproval(t.Context(), execution, half); err != nil || r.Caller != "manager1" {
			t.Errorf("there is %+v, %v", r, err)
		}
	}
}

func TestRequestsOfDifferentExecutionsAreApart(t *testing.T) {
	s := newStack(t)
	_, err := s.JoinApproval(t.Context(), execution, task())
	s.must(err)
	if r, err := s.JoinApproval(t.Context(), execution+"y", call()); err != nil || r.Complete() {
		t.Errorf("there is %+v, %v", r, err)
	}
}

func TestAHalfThatTellsNothingAddsNothing(t *testing.T) {
	s := newStack(t)
	_, err := s.JoinApproval(t.Context(), execution, task())
	s.must(err)
	if r, err := s.JoinApproval(t.Context(), execution, table.ApprovalRequest{}); err != nil || r != task() {
		t.Errorf("there is %+v, %v", r, err)
	}
}

func TestARequestThatNobodyCompletesIsForgotten(t *testing.T) {
	s := newStack(t)
	_, err := s.JoinApproval(t.Context(), execution, task())
	s.must(err)
	s.clock.RunUntil(noon.Add(33 * 24 * time.Hour)) // DynamoDB takes up to two days over it
	if r, err := s.JoinApproval(t.Context(), execution, call()); err != nil || r.Complete() {
		t.Errorf("there is %+v, %v", r, err)
	}
}

func TestARefusalStaysWithItsRequest(t *testing.T) {
	s := newStack(t)
	for _, half := range []table.ApprovalRequest{task(), call(), {Refusal: "too early"}} {
		_, err := s.JoinApproval(t.Context(), execution, half)
		s.must(err)
	}
	if r, err := s.JoinApproval(t.Context(), execution, call()); err != nil || r.Refusal != "too early" || !r.Complete() {
		t.Errorf("there is %+v, %v", r, err)
	}
}
