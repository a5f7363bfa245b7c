package workflows_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// A trace finds the edges that an execution took, from its history.
type trace struct {
	states map[string]state
	edges  []edge
	events map[int64]types.HistoryEvent
	in     map[int64]string // event → the state in which it happened
	taken  []edge
}

// taken returns the edges that a history tells of, in order. It returns an error
// that names the step which no edge of the definition explains.
func taken(all map[string]state, history []types.HistoryEvent) ([]edge, error) {
	t := &trace{states: all, edges: edges(all), events: map[int64]types.HistoryEvent{}, in: map[int64]string{}}
	for _, e := range history {
		t.events[e.Id] = e
		if err := t.follow(e); err != nil {
			return nil, fmt.Errorf("event %d, %s: %w", e.Id, e.Type, err)
		}
	}
	return t.taken, nil
}

// follow takes the next event. Each names the one before it on its line of
// states, so that what runs side by side is kept apart.
func (t *trace) follow(e types.HistoryEvent) error {
	before := t.events[e.PreviousEventId]
	was := t.in[before.Id]
	t.in[e.Id] = was
	switch {
	case e.StateEnteredEventDetails != nil:
		t.in[e.Id] = aws.ToString(e.StateEnteredEventDetails.Name)
		if before.StateExitedEventDetails != nil {
			return t.moved(was, t.in[e.Id], failed(t.events[before.PreviousEventId]))
		}
	case e.StateExitedEventDetails != nil:
		name := aws.ToString(e.StateExitedEventDetails.Name)
		t.in[e.Id] = name
		if t.states[name].End && !failed(before) {
			t.taken = append(t.taken, edge{from: name, via: "End"})
		}
	case e.Type == types.HistoryEventTypeTaskScheduled && failed(before):
		return t.retried(was, errorOf(before))
	}
	return nil
}

// moved takes the edge between two states; caught, if the first ended in an error.
func (t *trace) moved(from, to string, caught bool) error {
	for _, e := range t.edges {
		if e.from == from && e.to == to && e.caught() == caught {
			t.taken = append(t.taken, e)
			return nil
		}
	}
	return fmt.Errorf("no edge of the definition leads from %s to %s", from, to)
}

// retried takes the first retrier of a state that an error matches.
func (t *trace) retried(name, fault string) error {
	for i, r := range t.states[name].Retry {
		if slices.Contains(r.ErrorEquals, fault) || slices.Contains(r.ErrorEquals, "States.ALL") {
			t.taken = append(t.taken, edge{from: name, via: fmt.Sprintf("Retry[%d]", i)})
			return nil
		}
	}
	return fmt.Errorf("no retrier of %s takes %s", name, fault)
}

// failed tells whether e is the error of a state, which the state catches, retries or dies of.
func failed(e types.HistoryEvent) bool {
	return e.Type == types.HistoryEventTypeTaskFailed || e.Type == types.HistoryEventTypeTaskTimedOut ||
		e.Type == types.HistoryEventTypeEvaluationFailed || strings.HasSuffix(string(e.Type), "StateFailed")
}

// errorOf returns the name of the error that a task ended in.
func errorOf(e types.HistoryEvent) string {
	switch {
	case e.TaskFailedEventDetails != nil:
		return aws.ToString(e.TaskFailedEventDetails.Error)
	case e.TaskTimedOutEventDetails != nil:
		return aws.ToString(e.TaskTimedOutEventDetails.Error)
	}
	return ""
}
