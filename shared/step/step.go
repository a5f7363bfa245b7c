// Package step holds the step kinds: what a step of a process may do, what the
// project file may say about it, and how it is done.
//
// A kind is known in two ways. Its name, schema and references need nothing but
// the parameters, and serve the check of a project file and the plan. Starting a
// step needs [Dependencies], which a [Runner] holds.
package step

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// A Kind is one thing that a step can do. Kinds have no state; [Kinds] lists them.
//
// The parameters that a kind is given ("with") are one JSON object: what
// [Parameters] makes of the step in the project file.
type Kind interface {
	// Name returns the word that the project file has under "uses".
	Name() string
	// Schema returns the JSON Schema (draft 2020-12) of the whole step object in the
	// project file, the keys that all kinds share included.
	Schema() []byte
	// References returns what the parameters, as the project file has them, refer
	// to. The error is a [*Problem] when the kind does not accept them.
	References(with json.RawMessage) (References, error)
	// Start does the work or starts it. It may be called again for the same attempt,
	// and then repeats nothing that would show. The error is a [*Failure] when the
	// step failed; any other error says nothing about the step, and the call is to be
	// repeated.
	Start(ctx context.Context, d Dependencies, w Work) (Outcome, error)
}

// Work is one attempt at one step of a deployment or of a runbook's run.
type Work struct {
	Execution   string              `json:"execution"` // the deployment's or the run's id
	Project     string              `json:"project"`
	Release     string              `json:"release,omitempty"` // "" in a run
	Runbook     string              `json:"runbook,omitempty"` // "" in a deployment
	Environment string              `json:"environment"`
	Target      Target              `json:"target"`
	StartedBy   string              `json:"startedBy"` // who asked for the execution
	Step        string              `json:"step"`
	Attempt     int                 `json:"attempt"`   // from 1
	With        json.RawMessage     `json:"with"`      // the parameters, with placeholders resolved; see [Resolve]
	Variables   []Variable          `json:"variables"` // distinct names
	Packages    map[string]Artifact `json:"packages"`  // the release's packages by name
	// Shown are the lines that the plan shows of what the step changes, see [Previewer];
	// it is to change nothing else. Empty when none were shown.
	Shown   []string      `json:"shown,omitempty"`
	Timeout time.Duration `json:"timeout"` // for this attempt, in nanoseconds as JSON
	// Log takes lines for people, which [Runner] keeps under [LogKey]; a caller's own
	// log, which may be nil, gets those of Start too. A kind whose work writes that log
	// itself, elsewhere, writes none.
	Log io.Writer `json:"-"`
}

// A Target is where a step acts: the environment's place, as the platform file says.
// Empty fields stand for the stack's own account and Region, its own rights, and
// AWS's own endpoints.
type Target struct {
	Account  string `json:"account,omitempty"` // 12 digits
	Region   string `json:"region,omitempty"`
	Role     string `json:"role,omitempty"`     // name of the deploy role in Account
	Endpoint string `json:"endpoint,omitempty"` // URL that answers in AWS's place
}

// elsewhere tells whether t is another place than the stack's own account and Region.
func (t Target) elsewhere() bool { return t.Account != "" || t.Region != "" || t.Endpoint != "" }

// A Variable is a value that a step is given by name.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// An Outcome is what an attempt came to when it did not fail.
type Outcome struct {
	// Done tells that the step has succeeded. When false, the work goes on elsewhere
	// and an event of its end is to be waited for.
	Done    bool
	Outputs map[string]string // when Done
	// Work names what goes on elsewhere, when it is that of a [Remote] kind: the text
	// by which its events are told from others, such as an ARN. A work that has come
	// to its next part has another name then; "" from [Remote].Check says that it goes
	// on under the name it has.
	Work string
	// Watch are further names, of things that this attempt shares with others, whose
	// events lead to a check of its work, such as those of alarms. [Remote].Works returns
	// them as it does the names of works. They add to those that the attempt has, and
	// hold until [Runner.Forget]. Start gives them together with a Work only.
	Watch []string
}
