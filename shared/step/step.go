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

// Work is one attempt at one step of a deployment.
type Work struct {
	Deployment  string
	Project     string
	Release     string
	Environment string
	Step        string
	Attempt     int                 // from 1
	With        json.RawMessage     // the parameters, with placeholders resolved; see [Resolve]
	Variables   []Variable          // distinct names
	Packages    map[string]Artifact // the release's packages by name
	Timeout     time.Duration       // for this attempt
	// Log takes lines for people; nil discards them. A kind whose work goes on
	// elsewhere writes none: the log is then written there, under [LogKey].
	Log io.Writer
}

// A Variable is a value that a step is given by name.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// An Outcome is what Start came to when it did not fail.
type Outcome struct {
	// Done tells that the step has succeeded. When false, the work goes on elsewhere
	// and its completion event is to be waited for.
	Done    bool
	Outputs map[string]string // when Done
}
