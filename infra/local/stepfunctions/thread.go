package stepfunctions

import (
	"encoding/json"
	"iter"
	"time"
)

// A phase is what a thread waits for in its state.
type phase string

const (
	phaseTask     phase = "task"     // the answer of a task, its token or a time-out
	phaseWait     phase = "wait"     // the time of a Wait state
	phaseRetry    phase = "retry"    // the time of the next attempt
	phaseChildren phase = "children" // the end of its branches or iterations
	phaseMapRun   phase = "mapRun"   // the end of its Map Run
)

// A step is a state that a thread is about to enter, with its input.
type step struct {
	State string          `json:"state"`
	Input json.RawMessage `json:"input"`
}

// A thread is one line of states being run: an execution has one, each branch of
// a Parallel state and each iteration of a Map state another one inside it.
type thread struct {
	ID        int                        `json:"id"`
	Index     int                        `json:"index,omitempty"` // branch or iteration
	Item      json.RawMessage            `json:"item,omitempty"`  // of an iteration
	Variables map[string]json.RawMessage `json:"variables,omitempty"`
	LastEvent int64                      `json:"lastEvent"` // id; the next event's previousEventId

	State      string          `json:"state"`
	Input      json.RawMessage `json:"input"`
	Entered    time.Time       `json:"entered"`
	EntryEvent int64           `json:"entryEvent"` // id of the event of the state's entry
	Phase      phase           `json:"phase,omitempty"`
	Due        time.Time       `json:"due,omitzero"` // of a wait or a retry
	Retries    []int           `json:"retries,omitempty"`
	RetryCount int             `json:"retryCount,omitempty"`
	Task       *task           `json:"task,omitempty"`
	Fan        *fan            `json:"fan,omitempty"`
	MapRun     string          `json:"mapRun,omitempty"` // ARN, in a Distributed Map state
	Next       *step           `json:"next,omitempty"`   // what it is about to enter

	parent *thread
	gone   bool // ended or aborted in this transaction
}

// A task is one attempt of a Task state.
type task struct {
	Attempt   int             `json:"attempt"` // unique in the execution
	Token     string          `json:"token,omitempty"`
	Arguments json.RawMessage `json:"arguments"`
	Answered  bool            `json:"answered,omitempty"`  // the service has answered; the token or the execution is awaited
	Execution string          `json:"execution,omitempty"` // ARN of the execution that is awaited
	Deadline  time.Time       `json:"deadline,omitzero"`
	Heartbeat float64         `json:"heartbeat,omitempty"` // seconds allowed between heartbeats
	BeatBy    time.Time       `json:"beatBy,omitzero"`
}

// A fan is what a Parallel or Map state holds while its children run.
type fan struct {
	Started  int64             `json:"started"` // id of the event that started it
	Items    []json.RawMessage `json:"items,omitempty"`
	Next     int               `json:"next"`  // index of the next child to start
	Limit    int               `json:"limit"` // children at a time
	Done     int               `json:"done"`
	Results  []json.RawMessage `json:"results"`
	Children []*thread         `json:"children"`
}

// adopt sets the links that the record leaves out.
func (t *thread) adopt(parent *thread) {
	t.parent = parent
	if t.Fan != nil {
		for _, child := range t.Fan.Children {
			child.adopt(t)
		}
	}
}

// all yields t and every thread inside it, outer ones first.
func (t *thread) all() iter.Seq[*thread] {
	return func(yield func(*thread) bool) { t.walk(yield) }
}

func (t *thread) walk(yield func(*thread) bool) bool {
	if !yield(t) {
		return false
	}
	if t.Fan == nil {
		return true
	}
	for _, child := range t.Fan.Children {
		if !child.walk(yield) {
			return false
		}
	}
	return true
}

// due returns the earliest moment at which t or a thread inside it has something to do, or zero.
func (t *thread) due() time.Time {
	var earliest time.Time
	for each := range t.all() {
		earliest = sooner(earliest, each.ownDue())
	}
	return earliest
}

func (t *thread) ownDue() time.Time {
	switch {
	case t.Phase == phaseWait, t.Phase == phaseRetry:
		return t.Due
	case t.Phase == phaseTask:
		return sooner(t.Task.Deadline, t.Task.BeatBy)
	}
	return time.Time{}
}

// variable returns the value of a variable in the scope of t, nil if there is none.
func (t *thread) variable(name string) json.RawMessage {
	for ; t != nil; t = t.parent {
		if value, ok := t.Variables[name]; ok {
			return value
		}
	}
	return nil
}

// iteration returns the innermost thread around t that is an iteration of a Map state, nil if there is none.
func (t *thread) iteration() *thread {
	for ; t != nil && t.Item == nil; t = t.parent {
	}
	return t
}

// rest ends what t waited for.
func (t *thread) rest() {
	t.Phase, t.Due, t.Task, t.Fan, t.MapRun = "", time.Time{}, nil, nil, ""
}
