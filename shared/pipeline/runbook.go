package pipeline

import (
	"encoding/json"
	"slices"
)

// A Runbook is a process that is not a release, as the project file says: started by
// hand, on a schedule, or by an event, in one environment at a time.
type Runbook struct {
	Name         string
	Description  string   // for people
	Environments []string // at least one, each once; a trigger starts a run in each
	Publish      Entry    // [EntryAutomatic]: each file that is applied is published at once
	// RunBy are the groups whose members may run it by hand; empty lets everybody who
	// may call the API.
	RunBy []string
	// DraftBy are the groups whose members may publish it and run what is not
	// published; empty lets nobody.
	DraftBy     []string
	Schedule    *RunbookSchedule // nil: none
	Events      []RunbookEvent   // that start it; at most [MaxRunbookEvents]
	Concurrency Concurrency
	Prompts     []Prompt // distinct names, in the file's order
	Keep        int      // how many of its runs are kept, the last ones; from 1 to [MaxKeep]
	Process     []Step   // at least one, in the order in which they run
}

// MaxRunbookEvents is how many events may start a runbook.
const MaxRunbookEvents = 5

// The numbers of runs that a runbook keeps.
const (
	DefaultKeep = 100
	MaxKeep     = 10_000
)

// A RunbookSchedule says when a runbook runs by itself.
type RunbookSchedule struct {
	Expression string // cron(…), rate(…) or at(…), as EventBridge Scheduler has them
	Timezone   string // IANA's name, such as "Europe/Zurich"; "UTC" when the file names none
}

// A RunbookEvent is a kind of event that starts a runbook: that of an alarm, or any
// that a pattern matches.
type RunbookEvent struct {
	Alarm   string          // name of the CloudWatch alarm whose ALARM starts it; "" for a pattern
	Bus     Bus             // where the events arrive
	Pattern json.RawMessage // an EventBridge event pattern; of an alarm, that of its event
}

// A Bus is where events arrive.
type Bus string

// The buses.
const (
	BusSlipway Bus = "slipway" // Slipway's own events
	BusDefault Bus = "default" // what AWS's services tell
)

// A Concurrency says what becomes of a run that is to start while another run of the
// same runbook goes on in the same environment.
type Concurrency string

// The policies.
const (
	ConcurrencyQueue   Concurrency = "queue"   // it waits
	ConcurrencySkip    Concurrency = "skip"    // it is not made, and that is recorded
	ConcurrencyReplace Concurrency = "replace" // the other is cancelled
)

// A Prompt is a value that whoever runs a runbook may give; steps have it as a variable.
type Prompt struct {
	Name     string // a shell identifier
	Label    string // for people
	Default  string
	Required bool     // there is no default
	Options  []string // the values that are taken; empty takes any
}

// Runbook returns the runbook of that name; ok is false when there is none.
func (p Project) Runbook(name string) (r Runbook, ok bool) {
	i := slices.IndexFunc(p.Runbooks, func(r Runbook) bool { return r.Name == name })
	if i < 0 {
		return Runbook{}, false
	}
	return p.Runbooks[i], true
}
