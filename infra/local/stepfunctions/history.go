package stepfunctions

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"slipway/infra/local/store"
)

// An event is one entry of an execution's history.
type event struct {
	ID       int64     `json:"id"`
	Previous int64     `json:"previous"`
	Time     time.Time `json:"time"`
	Type     string    `json:"type"`
	Details  details   `json:"details,omitzero"`
}

// details are what an event tells, in the API's own names. Each type of event uses a few of them.
type details struct {
	Name            string            `json:"name,omitempty"`
	Index           *int              `json:"index,omitempty"`
	Length          *int              `json:"length,omitempty"`
	Input           *string           `json:"input,omitempty"`
	InputDetails    *truncation       `json:"inputDetails,omitempty"`
	Output          *string           `json:"output,omitempty"`
	OutputDetails   *truncation       `json:"outputDetails,omitempty"`
	RoleARN         string            `json:"roleArn,omitempty"`
	Resource        string            `json:"resource,omitempty"`
	ResourceType    string            `json:"resourceType,omitempty"`
	Region          string            `json:"region,omitempty"`
	Parameters      *string           `json:"parameters,omitempty"`
	Credentials     *taskCredentials  `json:"taskCredentials,omitempty"`
	MapRunARN       string            `json:"mapRunArn,omitempty"`
	RedriveCount    *int              `json:"redriveCount,omitempty"`
	Timeout         *int64            `json:"timeoutInSeconds,omitempty"`
	Heartbeat       *int64            `json:"heartbeatInSeconds,omitempty"`
	Assigned        map[string]string `json:"assignedVariables,omitempty"`
	AssignedDetails *truncation       `json:"assignedVariablesDetails,omitempty"`
	State           string            `json:"state,omitempty"`
	Location        string            `json:"location,omitempty"`
	Error           *string           `json:"error,omitempty"`
	Cause           *string           `json:"cause,omitempty"`
}

// taskCredentials name the role that a task takes on.
type taskCredentials struct {
	RoleARN string `json:"roleArn"`
}

// A truncation tells that a payload was cut short, which this engine never does.
type truncation struct {
	Truncated bool `json:"truncated"`
}

// fault sets the error of d; a fault without name or cause has none in the history either.
func (d *details) fault(f *Fault) {
	if f.Name != "" {
		d.Error = pointer(f.Name)
	}
	if f.Cause != "" {
		d.Cause = pointer(f.Cause)
	}
}

// record appends an event of t to the history.
func (r *run) record(t *thread, eventType string, d details) {
	if r.running() && r.x.LastEvent+2 > maxHistory {
		r.overflow(t.LastEvent)
	}
	if r.running() {
		t.LastEvent = r.write(t.LastEvent, eventType, d)
	}
}

// write appends an event to the history and returns its id.
func (r *run) write(previous int64, eventType string, d details) int64 {
	if d.Input != nil {
		d.InputDetails = &truncation{}
	}
	if d.Output != nil {
		d.OutputDetails = &truncation{}
	}
	r.x.LastEvent++
	e := event{r.x.LastEvent, previous, r.now, eventType, d}
	r.tx.Put(historyTable, historyKey(r.x.ARN, e.ID), marshal(e))
	return e.ID
}

func historyKey(arn string, id int64) []byte {
	return binary.BigEndian.AppendUint64([]byte(arn+"\x00"), uint64(id))
}

// readHistory yields the events of an execution from the one with id from, towards the end or, in reverse, the start.
func readHistory(tx store.Tx, arn string, from int64, reverse bool) iter.Seq2[event, error] {
	scan := tx.Scan
	if reverse {
		scan = tx.ScanBack
	}
	return func(yield func(event, error) bool) {
		for key, value := range scan(historyTable, historyKey(arn, from)) {
			if !strings.HasPrefix(string(key), arn+"\x00") {
				return
			}
			var e event
			err := json.Unmarshal(value, &e)
			if err != nil {
				err = fmt.Errorf("read history of %s: %w", arn, err)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// detailsField is the name under which the API gives the details of a type of event, "" for none.
func detailsField(eventType string) string {
	switch {
	case strings.HasSuffix(eventType, "StateEntered"):
		return "stateEnteredEventDetails"
	case strings.HasSuffix(eventType, "StateExited"):
		return "stateExitedEventDetails"
	case slices.Contains([]string{"MapRunSucceeded", "MapRunAborted"}, eventType):
		return ""
	case eventType == "MapStateStarted":
		return "mapStateStartedEventDetails"
	case strings.HasPrefix(eventType, "Execution"), strings.HasPrefix(eventType, "MapIteration"), strings.HasPrefix(eventType, "MapRun"), eventType == "EvaluationFailed",
		strings.HasPrefix(eventType, "Task") && !strings.HasPrefix(eventType, "TaskState"):
		return strings.ToLower(eventType[:1]) + eventType[1:] + "EventDetails"
	}
	return ""
}

// Path returns the names of the states that an execution has entered, in order.
// It is empty for an unknown execution.
func (e *Engine) Path(executionARN string) []string {
	var path []string
	e.report(e.Store.View(func(tx store.Tx) error {
		for each, err := range readHistory(tx, executionARN, 0, false) {
			if err != nil {
				return err
			}
			if strings.HasSuffix(each.Type, "StateEntered") {
				path = append(path, each.Details.Name)
			}
		}
		return nil
	}))
	return path
}
