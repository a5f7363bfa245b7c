// Package gate judges whether a deployment may start: one file a kind of gate.
package gate

import (
	"time"

	"slipway/shared/pipeline"
)

// A Situation is all that gates judge by.
type Situation struct {
	Deployment  pipeline.Deployment
	Release     pipeline.Release
	Lifecycle   pipeline.Lifecycle
	Deployments []pipeline.Deployment // of the release, all environments
	Now         time.Time
}

// phase returns the phase that the deployment enters and the one before it, which is nil for the first.
func (s Situation) phase() (entered, before *pipeline.Phase) {
	i := s.Lifecycle.Position(s.Deployment.ID.Environment)
	if i < 0 {
		return nil, nil
	}
	if i > 0 {
		before = &s.Lifecycle.Phases[i-1]
	}
	return &s.Lifecycle.Phases[i], before
}

// A State is a gate's answer.
type State string

// The states. A closed gate refuses the deployment; the others let it go on, at
// once, at a time, or once people have approved.
const (
	Open     State = "open"
	Closed   State = "closed"
	Waiting  State = "waiting"
	Approval State = "approval"
)

// A Verdict is what a gate says of a situation.
type Verdict struct {
	Gate     string    `json:"gate"`
	State    State     `json:"state"`
	Requires string    `json:"requires"`          // what must hold, in words; depends on the lifecycle alone
	Reason   string    `json:"reason,omitempty"`  // why it is not open, in words
	Until    time.Time `json:"until,omitzero"`    // of Waiting
	Policy   *Policy   `json:"approval,omitzero"` // of Approval
}

// A Policy is the approval that a gate asks for.
type Policy struct {
	Quorum  int           `json:"quorum"`
	Groups  []string      `json:"groups"`
	Exclude []string      `json:"exclude,omitempty"` // people
	Timeout time.Duration `json:"-"`
}

// A Kind of gate judges one condition.
type Kind interface {
	// Name is the gate's name in plans.
	Name() string
	// Judge returns the verdict, and false when the lifecycle asks nothing of this
	// kind for the deployment. Hash is that of the deployment's plan.
	Judge(s Situation, hash string) (Verdict, bool)
}

// Requirements returns what the gates require of s, whatever their verdicts.
func Requirements(s Situation) []pipeline.PlannedGate {
	var all []pipeline.PlannedGate
	for _, v := range Judge(s, "") {
		all = append(all, pipeline.PlannedGate{Gate: v.Gate, Requires: v.Requires})
	}
	return all
}

// Judge returns the verdicts of all gates on s in the order of [Kinds].
func Judge(s Situation, hash string) []Verdict {
	var all []Verdict
	for _, k := range Kinds() {
		if v, ok := k.Judge(s, hash); ok {
			v.Gate = k.Name()
			all = append(all, v)
		}
	}
	return all
}

// First returns the first verdict that is not open; ok is false when all are.
func First(verdicts []Verdict) (v Verdict, ok bool) {
	for _, v := range verdicts {
		if v.State != Open {
			return v, true
		}
	}
	return Verdict{}, false
}
