package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"slipway/events"
)

// A RunbookState is what a project knows of a runbook besides its file: which version
// is published, whether triggers are paused, which runs go on and which wait.
type RunbookState struct {
	Project   string             `json:"project"`
	Runbook   string             `json:"runbook"`
	Runs      int                `json:"runs"`                // the number of the run that was made last
	Published *Publication       `json:"published,omitempty"` // of a runbook that is published on request
	Paused    *Pause             `json:"paused,omitempty"`
	Active    map[string]RunID   `json:"active,omitempty"`  // by environment: the run that goes on
	Waiting   map[string][]RunID `json:"waiting,omitempty"` // by environment: first in, first out
}

// A Publication says which version of a runbook triggers run.
type Publication struct {
	Document string    `json:"document"` // digest of the project file that holds it
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// A Pause keeps a runbook's triggers from starting it.
type Pause struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// MaxWaiting is how many runs of a runbook may wait in an environment: as many as one
// write can end when another replaces them.
const MaxWaiting = 40

// NextRun returns the id of the run that would be made next.
func (s RunbookState) NextRun() RunID {
	return RunID{Project: s.Project, Runbook: s.Runbook, Number: s.Runs + 1}
}

// Begin makes r, the next run: it starts, or waits for the run that goes on in its
// environment (active; nil when none does), or takes its place and that of those that
// wait there (waiting), as the policy says. It returns [ErrRefused] with the reason when
// the policy lets it do neither, and then changes nothing. R is the last of the changed.
func (s *RunbookState) Begin(r Run, policy Concurrency, active *Run, waiting []Run, now time.Time) (changed []Run, happened []events.Event, err error) {
	requested := events.RunbookRequested{Run: r.Subject(), Trigger: r.Trigger, Plan: r.Plan, Document: r.Document, Draft: r.Draft}
	if active == nil {
		started := r.start(now)
		s.Runs = r.ID.Number
		s.hold(r)
		return []Run{r}, []events.Event{requested, started}, nil
	}
	if policy == ConcurrencySkip {
		return nil, nil, fmt.Errorf("run %s goes on in %s, and the runbook's concurrency is skip: %w", active.ID, r.Environment, ErrRefused)
	}
	if policy == ConcurrencyReplace {
		changed, happened, err = s.replace(r, *active, waiting, now)
		if err != nil {
			return nil, nil, err
		}
	}
	if len(s.Waiting[r.Environment]) >= MaxWaiting {
		return nil, nil, fmt.Errorf("%d runs wait for %s in %s already: %w", MaxWaiting, active.ID, r.Environment, ErrRefused)
	}
	r.Status, requested.Holder = StatusQueued, active.ID.String()
	s.Runs = r.ID.Number
	s.wait(r)
	return append(changed, r), append(happened, requested), nil
}

// replace ends the runs that wait in favour of r, and asks the one that goes on to end,
// for which r waits.
func (s *RunbookState) replace(r, active Run, waiting []Run, now time.Time) (changed []Run, happened []events.Event, err error) {
	c := Cancellation{By: r.RequestedBy, At: now, Cause: fmt.Sprintf("replaced by run %s", r.ID)}
	for _, w := range waiting {
		if w.Status != StatusQueued || !slices.Contains(s.Waiting[r.Environment], w.ID) {
			continue
		}
		event, err := w.end(c.Outcome(Outcome{}), now)
		if err != nil {
			return nil, nil, err
		}
		s.leave(w)
		changed, happened = append(changed, w), append(happened, event)
	}
	event, err := active.Cancel(c)
	if err != nil || event == nil { // it is to end already
		return changed, happened, err
	}
	return append(changed, active), append(happened, event), nil
}

// Cancel notes that somebody wants r, which runs, to end: no further step of it
// starts. It returns [ErrEnded] when r has ended. Cancelling again changes nothing and
// gives no event.
func (r *Run) Cancel(c Cancellation) (events.Event, error) {
	if r.Status.Terminal() {
		return nil, fmt.Errorf("run %s is %s: %w", r.ID, r.Status, ErrEnded)
	}
	if r.Cancelling != nil {
		return nil, nil
	}
	r.Cancelling = &c
	return events.RunbookCancelling{Run: r.Subject(), Cause: c.Cause}, nil
}

// Finish ends r with outcome o; if it held its environment, the first of those that
// wait there starts; waiting gives them. It returns [ErrEnded] when r has ended already.
func (s *RunbookState) Finish(r Run, o Outcome, waiting []Run, now time.Time) (changed []Run, happened []events.Event, err error) {
	event, err := r.end(o, now)
	if err != nil {
		return nil, nil, err
	}
	changed, happened = []Run{r}, []events.Event{event}
	s.leave(r)
	if s.Active[r.Environment] != r.ID {
		return changed, happened, nil
	}
	s.Active = without(s.Active, r.Environment)
	for _, id := range s.Waiting[r.Environment] {
		i := slices.IndexFunc(waiting, func(w Run) bool { return w.ID == id && w.Status == StatusQueued })
		if i < 0 {
			continue
		}
		next := waiting[i]
		s.leave(next)
		happened = append(happened, next.start(now))
		s.hold(next)
		return append(changed, next), happened, nil
	}
	return changed, happened, nil
}

func (s *RunbookState) hold(r Run) {
	s.Active = maps.Clone(s.Active)
	if s.Active == nil {
		s.Active = map[string]RunID{}
	}
	s.Active[r.Environment] = r.ID
}

func (s *RunbookState) wait(r Run) {
	s.Waiting = maps.Clone(s.Waiting)
	if s.Waiting == nil {
		s.Waiting = map[string][]RunID{}
	}
	s.Waiting[r.Environment] = append(slices.Clone(s.Waiting[r.Environment]), r.ID)
}

func (s *RunbookState) leave(r Run) {
	rest := slices.DeleteFunc(slices.Clone(s.Waiting[r.Environment]), func(id RunID) bool { return id == r.ID })
	if s.Waiting = without(s.Waiting, r.Environment); len(rest) > 0 {
		if s.Waiting == nil {
			s.Waiting = map[string][]RunID{}
		}
		s.Waiting[r.Environment] = rest
	}
}

// without returns a copy of m without key; nil when nothing is left.
func without[V any](m map[string]V, key string) map[string]V {
	rest := maps.Clone(m)
	delete(rest, key)
	if len(rest) == 0 {
		return nil
	}
	return rest
}

// An Occasion is what a trigger did: a slot, an event or a request that came before is
// known by it, however often it comes again.
type Occasion struct {
	Project     string `json:"project"`
	Runbook     string `json:"runbook"`
	Environment string `json:"environment"`
	Key         string `json:"key"`              // the slot's time, the event's id, or the client's token
	Run         RunID  `json:"run,omitzero"`     // that was made; zero when none was
	Reason      string `json:"reason,omitempty"` // why none was made
	// Deployment is what a step asked for; Runbook is "" then, and Key the attempt.
	Deployment DeploymentID `json:"deployment,omitzero"`
}
