package stepfunctions

import "encoding/json"

// A definition is a parsed state machine, or the part of one that a branch of a
// Parallel state or an iteration of a Map state runs.
type definition struct {
	startAt string
	states  map[string]*state
	timeout int64 // seconds that an execution may take; 0: no limit
}

// A kind is the Type of a state.
type kind string

const (
	kindTask     kind = "Task"
	kindPass     kind = "Pass"
	kindChoice   kind = "Choice"
	kindWait     kind = "Wait"
	kindSucceed  kind = "Succeed"
	kindFail     kind = "Fail"
	kindParallel kind = "Parallel"
	kindMap      kind = "Map"
)

// A state is one state of a definition. Fields that its kind doesn't have are zero.
type state struct {
	name   string
	kind   kind
	next   string // "" for the end of its container
	output *template
	assign *template

	arguments *template // Task, Parallel
	retry     []retrier // Task, Parallel, Map
	catch     []catcher

	integration integration // Task
	credentials *template   // ARN of a role
	timeout     *template   // seconds
	heartbeat   *template

	choices      []choice // Choice
	otherwise    string   // Default
	seconds      *template
	timestamp    *template
	errorName    *template // Fail
	cause        *template
	branches     []*definition // Parallel
	processor    *definition   // Map
	items        *template
	itemSelector *template
	concurrency  *template
	distribution *distribution // nil: inline
}

// find returns the state with a name, which is unique in a whole definition.
func (d *definition) find(name string) *state {
	if s := d.states[name]; s != nil {
		return s
	}
	for _, s := range d.states {
		for _, c := range s.containers() {
			if found := c.find(name); found != nil {
				return found
			}
		}
	}
	return nil
}

// A retrier says which errors a state retries, and how.
type retrier struct {
	errors      []string
	interval    float64 // seconds before the first retry
	maxAttempts int     // retries; 0: never
	backoff     float64 // multiplier of the interval for each further retry
	maxDelay    float64 // seconds; 0: no limit
	fullJitter  bool
}

// A catcher says where a state goes on after an error.
type catcher struct {
	errors []string
	next   string
	output *template
	assign *template
}

// A choice is one rule of a Choice state.
type choice struct {
	condition *template
	next      string
	output    *template
	assign    *template
}

// successors returns the names of the states that may follow s.
func (s *state) successors() []string {
	var names []string
	for _, c := range s.choices {
		names = append(names, c.next)
	}
	for _, c := range s.catch {
		names = append(names, c.next)
	}
	for _, name := range []string{s.next, s.otherwise} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// containers returns the definitions that s runs inside itself.
func (s *state) containers() []*definition {
	if s.processor != nil {
		return []*definition{s.processor}
	}
	return s.branches
}

// A Diagnostic is one fault of a definition.
type Diagnostic struct {
	Code     string `json:"code"`     // such as SCHEMA_VALIDATION_FAILED
	Location string `json:"location"` // such as /States/Deploy/Retry[0]/BackoffRate
	Message  string `json:"message"`
	Severity string `json:"severity"` // ERROR
}

// A DefinitionError tells everything that is wrong with a definition.
type DefinitionError struct{ Diagnostics []Diagnostic }

// Error implements error.
func (e *DefinitionError) Error() string {
	text := "Invalid State Machine Definition: '"
	for i, d := range e.Diagnostics {
		if i > 0 {
			text += ", "
		}
		text += d.Code + ": " + d.Message + " at " + d.Location
	}
	return text + "'"
}

// maxDefinition is how many bytes a definition may have.
const maxDefinition = 1 << 20

// parse parses and validates the text of a state machine. Its error is a [*DefinitionError].
func (e *Engine) parse(text string) (*definition, error) {
	p := &parser{engine: e}
	if len(text) > maxDefinition {
		p.refuse("/", "The definition has %d bytes; at most %d are allowed", len(text), maxDefinition)
		return nil, &DefinitionError{p.diagnostics}
	}
	if !json.Valid([]byte(text)) {
		p.refuseAs("INVALID_JSON_DESCRIPTION", "/", "The definition is not valid JSON")
		return nil, &DefinitionError{p.diagnostics}
	}
	d := p.machine(json.RawMessage(text))
	if len(p.diagnostics) == 0 {
		p.check(d)
	}
	if len(p.diagnostics) > 0 {
		return nil, &DefinitionError{p.diagnostics}
	}
	return d, nil
}
