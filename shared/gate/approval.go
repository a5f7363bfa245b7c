package gate

import (
	"fmt"
	"strings"

	"slipway/shared/pipeline"
)

// approval holds a deployment back until enough people have approved its plan.
type approval struct{}

func (approval) Name() string { return "approval" }

func (approval) Judge(s Situation, hash string) (Verdict, bool) {
	entered, _ := s.phase()
	if entered == nil || entered.Approval == nil {
		return Verdict{}, false
	}
	policy := entered.Approval
	groups := strings.Join(policy.Approvers, " or ")
	v := Verdict{State: Open, Requires: fmt.Sprintf("%d of %s %s the plan", policy.Quorum, groups, approve(policy.Quorum))}
	for _, not := range policy.Not {
		v.Requires += fmt.Sprintf(", not the %s", not)
	}
	if s.Deployment.Approved(hash, policy.Quorum) {
		return v, true
	}
	v.State = Approval
	v.Reason = "the plan is not approved by " + groups
	v.Policy = &Policy{Quorum: policy.Quorum, Groups: policy.Approvers, Exclude: excluded(policy, s), Timeout: policy.Timeout}
	return v, true
}

func approve(n int) string {
	if n == 1 {
		return "approves"
	}
	return "approve"
}

// excluded returns the people whom the policy's exclusions name in this situation.
func excluded(policy *pipeline.ApprovalPolicy, s Situation) []string {
	var people []string
	for _, not := range policy.Not {
		switch not {
		case pipeline.ExcludeRequester:
			people = append(people, s.Deployment.RequestedBy)
		case pipeline.ExcludeAuthor:
			people = append(people, s.Release.Authors()...)
		}
	}
	return people
}
