package planning

import (
	"time"

	"slipway/shared/pipeline"
)

// An Attempt is the first attempt at a step, as a state machine maps over it.
type Attempt struct {
	Step           string `json:"step"`
	Attempt        int    `json:"attempt"`
	Retry          int    `json:"retry"`
	TimeoutSeconds int    `json:"timeoutSeconds"` // when the state machine gives the attempt up
}

// grace is what a step may take beyond its own time-out before the state machine
// gives it up: to wait for a build machine, and to report.
const grace = 90 * time.Minute

// Attempts returns the first attempts at the steps of p, in their order.
func Attempts(p pipeline.Plan) []Attempt {
	all := []Attempt{}
	for _, s := range p.Steps {
		all = append(all, Attempt{Step: s.Name, Attempt: 1, Retry: s.Retry, TimeoutSeconds: s.TimeoutSeconds + int(grace/time.Second)})
	}
	return all
}
