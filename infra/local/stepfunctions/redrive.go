package stepfunctions

import (
	"slices"
	"time"
)

// Limits of redrives, per the RedriveExecution API reference.
const (
	redrivablePeriod        = 14 * 24 * time.Hour
	maxOpenTime             = 365 * 24 * time.Hour
	maxRedrivable     int64 = 24999 // events that a redrivable execution has fewer of
	maxRedrives             = 1000
	redriveTokens           = 10 // that are remembered
	redriveTokenLives       = 15 * time.Minute
)

// A redriveToken is a client token with the redrive that it led to.
type redriveToken struct {
	Token string    `json:"token"`
	Time  time.Time `json:"time"`
}

// What DescribeExecution has for redriveStatus.
const (
	redrivable         = "REDRIVABLE"
	notRedrivable      = "NOT_REDRIVABLE"
	redrivableByMapRun = "REDRIVABLE_BY_MAP_RUN"
)

// redrivability tells whether x can be redriven at a time, and if not, why.
func (x *execution) redrivability(now time.Time) (status, reason string) {
	switch {
	case x.Status == Running, x.Status == Succeeded, x.Status == PendingRedrive:
		return notRedrivable, "Execution is " + string(x.Status) + " and cannot be redriven"
	case x.LastEvent >= maxRedrivable:
		return notRedrivable, "Execution history event limit exceeded"
	case now.Sub(x.Started) > maxOpenTime:
		return notRedrivable, "Execution has exceeded the max execution time"
	case now.Sub(*x.Stopped) > redrivablePeriod:
		return notRedrivable, "Execution redrivable period exceeded"
	case x.Redrives >= maxRedrives:
		return notRedrivable, "Execution redrive limit exceeded"
	case x.MapRun != "":
		return redrivableByMapRun, ""
	}
	return redrivable, ""
}

// redrive lets an execution that ended without success go on where it ended.
func (r *run) redrive() {
	x := r.x
	was, failure := x.Status, x.Error
	x.Redrives++
	x.Redriven = &r.now
	x.Status, x.Stopped, x.Error, x.Cause, x.Output = Running, nil, nil, nil, nil
	r.setDeadline()
	delist(r.tx, x, was)
	r.changed()
	count := x.Redrives
	event := r.write(x.LastEvent, "ExecutionRedriven", details{RedriveCount: &count})
	r.again(x.Root, event, failure != nil && *failure == errDataLimitExceeded)
}

// again goes on with the state that t was in, per "Redrive behavior of individual
// states" in the Step Functions Developer Guide. A Parallel or Map state that put out
// too much is run anew, with the branches and iterations that had succeeded.
func (r *run) again(t *thread, event int64, tooLarge bool) {
	t.LastEvent = event
	t.Retries, t.RetryCount = nil, 0
	if t.Next != nil {
		r.ready = append(r.ready, t)
		return
	}
	s := r.state(t)
	switch {
	case t.Fan != nil && (len(t.Fan.Children) > 0 || t.Fan.Next < len(t.Fan.Results)):
		r.againChildren(t, s, event)
	case t.Fan != nil && !tooLarge:
		r.collect(t, s)
	case t.MapRun != "" && !tooLarge:
		r.redriveMapRun(t, s)
	case s.kind == kindFail:
		r.goOn(t, t.State, t.Input)
	default:
		t.rest()
		r.attempt(t)
	}
}

// againChildren goes on with the branches or iterations that had not succeeded.
func (r *run) againChildren(t *thread, s *state, event int64) {
	t.Phase = phaseChildren
	for _, child := range slices.Clone(t.Fan.Children) {
		if r.running() && t.Fan != nil && !child.gone {
			r.again(child, event, false)
		}
	}
	if s.kind == kindMap {
		r.nextIterations(t, s)
	}
}

// setDeadline starts the TimeoutSeconds of the state machine.
func (r *run) setDeadline() {
	r.x.Deadline = nil
	if r.definition.timeout > 0 {
		deadline := r.now.Add(seconds(float64(r.definition.timeout)))
		r.x.Deadline = &deadline
	}
}

// knows tells whether a client token has led to a redrive already, and when.
func (x *execution) knows(token string, now time.Time) (time.Time, bool) {
	for _, t := range x.RedriveTokens {
		if token != "" && t.Token == token && now.Sub(t.Time) <= redriveTokenLives {
			return t.Time, true
		}
	}
	return time.Time{}, false
}

// remember keeps a client token that has led to a redrive.
func (x *execution) remember(token string, now time.Time) {
	if token == "" {
		return
	}
	x.RedriveTokens = append(x.RedriveTokens, redriveToken{token, now})
	if extra := len(x.RedriveTokens) - redriveTokens; extra > 0 {
		x.RedriveTokens = x.RedriveTokens[extra:]
	}
}
