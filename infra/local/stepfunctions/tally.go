package stepfunctions

// A tally counts the executions of a Map Run, or their items, by what became of them.
type tally struct {
	Pending        int `json:"pending"`
	Running        int `json:"running"`
	Succeeded      int `json:"succeeded"`
	Failed         int `json:"failed"`
	TimedOut       int `json:"timedOut"`
	Aborted        int `json:"aborted"`
	Total          int `json:"total"`
	ResultsWritten int `json:"resultsWritten"`
	NotRedrivable  int `json:"failuresNotRedrivable"`
	PendingRedrive int `json:"pendingRedrive"`
}

// of is the count of a status; "" is that of executions that were not started yet.
func (t *tally) of(s Status) *int {
	switch s {
	case Running:
		return &t.Running
	case Succeeded:
		return &t.Succeeded
	case Failed:
		return &t.Failed
	case TimedOut:
		return &t.TimedOut
	case Aborted:
		return &t.Aborted
	case PendingRedrive:
		return &t.PendingRedrive
	}
	return &t.Pending
}

// unsuccessful counts what has failed for good, as far as it is known.
func (t *tally) unsuccessful() int { return t.Failed + t.TimedOut + t.Aborted }
