package timeline

import (
	"encoding/json"
	"fmt"
	"strings"

	"slipway/events"
)

// quorum returns how many of which groups have to approve.
func quorum(n int, groups []string) string {
	return fmt.Sprintf("%d of %s", n, strings.Join(groups, ", "))
}

func approvalDecided(e events.ApprovalDecided) string {
	what := "decided: "
	if e.Step != "" {
		what = "step " + e.Step + " decided: "
	}
	return of(e.Subject, what+e.Decision+" by "+e.By+quoted(e.Note))
}

// remedy returns what approvers may do about an event that asks for their approval:
// the state machine to start, and on a line of its own the input. Other events need
// nothing done, and have none.
func remedy(detail []byte) string {
	var e struct {
		Start events.ApprovalStart `json:"start"`
	}
	if err := json.Unmarshal(detail, &e); err != nil || e.Start.StateMachine == "" {
		return "" // a detail that can't be read is told as such by its line
	}
	input, err := json.Marshal(e.Start.Input)
	if err != nil {
		return ": " + err.Error()
	}
	machine := e.Start.StateMachine[strings.LastIndex(e.Start.StateMachine, ":")+1:]
	return fmt.Sprintf(": start %s with\n          %s", machine, input)
}
