package pipeline

import (
	"slices"
	"time"

	"slipway/events"
)

// An Environment is where one project stands in one environment: which deployment
// has it to itself, which wait for it, and what was deployed there last.
type Environment struct {
	Project string         `json:"project"`
	Name    string         `json:"name"`
	Holder  DeploymentID   `json:"holder"`          // zero when it is free
	Fence   int            `json:"fence"`           // counts the holders
	Queue   []DeploymentID `json:"queue,omitempty"` // first in, first out
	Current *Deployed      `json:"current,omitempty"`
}

// Deployed is the last deployment that succeeded in an environment.
type Deployed struct {
	Deployment DeploymentID `json:"deployment"`
	Version    Version      `json:"version"`
	PushedAt   time.Time    `json:"pushedAt"` // of the release
	At         time.Time    `json:"at"`
	Before     DeploymentID `json:"before,omitzero"` // what a rollback goes back to; zero when there was nothing
}

// outdated tells whether d is an automatic deployment of a release older than the
// one there is, or a rollback of what is no longer there. A person may go back to an
// older release; a late event may not.
func (e Environment) outdated(d Deployment) bool {
	return d.Rollback.stale(e) || d.Automatic && e.Current != nil && d.release().before(deployable{e.Current.PushedAt, e.Current.Deployment.Release})
}

// Newer tells whether r is newer than what is in e, or nothing is.
func (e Environment) Newer(r Release) bool {
	return e.Current == nil || deployable{e.Current.PushedAt, e.Current.Deployment.Release}.before(deployable{r.PushedAt, r.Number})
}

// A deployable is what tells which of two releases is the newer one: the one that
// was pushed later, whichever event came first; of those pushed in the same
// second, the one that was made later.
type deployable struct {
	pushedAt time.Time
	number   int
}

func (d Deployment) release() deployable { return deployable{d.PushedAt, d.ID.Release} }

func (r deployable) before(s deployable) bool {
	if !r.pushedAt.Equal(s.pushedAt) {
		return r.pushedAt.Before(s.pushedAt)
	}
	return r.number < s.number
}

// Acquire gives e to d, or lets d wait in the queue, or ends d because a newer
// release is there. Automatic deployments of older releases that wait give way to
// d; waiting gives them. It changes nothing for the deployment that has e already,
// and for one that waits it only replaces the token. The changed deployments come
// back with their events.
func (e *Environment) Acquire(d Deployment, plan, token string, waiting []Deployment, now time.Time) (changed []Deployment, happened []events.Event, err error) {
	if e.Holder == d.ID {
		return nil, nil, nil
	}
	if slices.Contains(e.Queue, d.ID) {
		d.Token = token
		return []Deployment{d}, nil, nil
	}
	var event events.Event
	switch {
	case e.outdated(d):
		event, err = d.supersede(e.Current.Deployment, now)
	case e.Holder == DeploymentID{}:
		if event, err = d.start(plan, false, now); err == nil {
			e.hold(d.ID)
		}
	default:
		if event, err = d.queue(plan, token, e.Holder); err != nil {
			return nil, nil, err
		}
		changed, happened, err = e.clear(d, waiting, now)
		e.Queue = append(e.Queue, d.ID)
	}
	if err != nil {
		return nil, nil, err
	}
	return append(changed, d), append(happened, event), nil
}

// clear ends the automatic deployments of older releases that wait in e's queue, in favour of d.
func (e *Environment) clear(d Deployment, waiting []Deployment, now time.Time) (changed []Deployment, happened []events.Event, err error) {
	for _, w := range waiting {
		if !w.Automatic || !w.release().before(d.release()) || !slices.Contains(e.Queue, w.ID) {
			continue
		}
		event, err := w.supersede(d.ID, now)
		if err != nil {
			return nil, nil, err
		}
		e.leave(w.ID)
		changed, happened = append(changed, w), append(happened, event)
	}
	return changed, happened, nil
}

func (e *Environment) hold(id DeploymentID) {
	e.Holder = id
	e.Fence++
}

func (e *Environment) leave(id DeploymentID) {
	e.Queue = slices.DeleteFunc(e.Queue, func(q DeploymentID) bool { return q == id })
}

// Finish ends d with outcome o and takes e from it, wherever d stood; the first
// that waits and is not outdated has e from then on. It returns [ErrEnded] when d
// has ended already.
func (e *Environment) Finish(d Deployment, o Outcome, waiting []Deployment, now time.Time) (changed []Deployment, happened []events.Event, err error) {
	event, err := d.end(o, now)
	if err != nil {
		return nil, nil, err
	}
	changed, happened = []Deployment{d}, []events.Event{event}
	e.leave(d.ID)
	if e.Holder != d.ID {
		return changed, happened, nil
	}
	if o.Status == StatusSucceeded {
		changed[0].Before = e.before(d)
		e.Current = &Deployed{Deployment: d.ID, Version: d.Version, PushedAt: d.PushedAt, At: now, Before: changed[0].Before}
	}
	e.Holder = DeploymentID{}
	next, caused, err := e.handOver(waiting, now)
	return append(changed, next...), append(happened, caused...), err
}

// handOver gives e, which nobody holds, to the first in its queue that may have it.
func (e *Environment) handOver(waiting []Deployment, now time.Time) (changed []Deployment, happened []events.Event, err error) {
	for len(e.Queue) > 0 && e.Holder == (DeploymentID{}) {
		id := e.Queue[0]
		e.Queue = e.Queue[1:]
		i := slices.IndexFunc(waiting, func(w Deployment) bool { return w.ID == id })
		if i < 0 || waiting[i].Status.Terminal() {
			continue
		}
		w, event := waiting[i], events.Event(nil)
		if e.outdated(w) {
			event, err = w.supersede(e.Current.Deployment, now)
		} else {
			e.hold(w.ID)
			event, err = w.start(w.Plan, true, now)
		}
		if err != nil {
			return nil, nil, err
		}
		changed, happened = append(changed, w), append(happened, event)
	}
	return changed, happened, nil
}
