package stepfunctions

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// A StateMachineSpec is a state machine as a template declares it.
type StateMachineSpec struct {
	Name       string
	Definition string // Amazon States Language, with all substitutions done
	RoleARN    string
	Type       string // STANDARD, which is also what empty means
	Tags       map[string]string
}

// A machine is the record of a state machine.
type machine struct {
	Name       string    `json:"name"`
	ARN        string    `json:"arn"`
	RoleARN    string    `json:"roleArn"`
	Definition string    `json:"definition"` // revision
	Created    time.Time `json:"created"`
	Updated    time.Time `json:"updated"`

	Tags map[string]string `json:"tags,omitempty"`
}

// Create creates a state machine or, if there is one of that name, gives it the
// definition and role of spec; running executions keep the definition that they
// started with. It refuses, with a [*DefinitionError] that names each state and
// field, a definition that is wrong or asks for what the engine doesn't know.
func (e *Engine) Create(spec StateMachineSpec) error {
	if spec.Type != "" && spec.Type != "STANDARD" {
		return fmt.Errorf("create state machine %s: type %s is not supported; use STANDARD", spec.Name, spec.Type)
	}
	if !validName(spec.Name) {
		return fmt.Errorf("create state machine: Invalid Name: '%s'", spec.Name)
	}
	if _, err := e.parse(spec.Definition); err != nil {
		return fmt.Errorf("create state machine %s: %w", spec.Name, err)
	}
	err := e.Store.Update(func(tx store.Tx) error { return e.putMachine(tx, spec) })
	if err != nil {
		return fmt.Errorf("create state machine %s: %w", spec.Name, err)
	}
	return nil
}

func (e *Engine) putMachine(tx store.Tx, spec StateMachineSpec) error {
	revision := revision(spec.Definition)
	m, err := readMachine(tx, spec.Name)
	if err != nil {
		return err
	}
	if m != nil && m.Definition == revision && m.RoleARN == spec.RoleARN && maps.Equal(m.Tags, spec.Tags) {
		return nil
	}
	now := e.Clock.Now()
	if m == nil {
		m = &machine{Name: spec.Name, ARN: e.arn("stateMachine", spec.Name), Created: now}
	}
	m.Definition, m.RoleARN, m.Updated, m.Tags = revision, spec.RoleARN, now, spec.Tags
	tx.Put(definitionTable, []byte(revision), []byte(spec.Definition))
	return store.PutJSON(tx, machineTable, []byte(m.Name), m)
}

// revision names the text of a definition.
func revision(definition string) string {
	sum := sha256.Sum256([]byte(definition))
	return hex.EncodeToString(sum[:])
}

// readMachine returns the state machine with a name, or nil.
func readMachine(tx store.Tx, name string) (*machine, error) {
	m, err := store.GetJSON[machine](tx, machineTable, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("read state machine %s: %w", name, err)
	}
	return m, nil
}

// definition returns a parsed definition.
func (e *Engine) definition(tx store.Tx, revision string) (*definition, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d := e.definitions[revision]; d != nil {
		return d, nil
	}
	d, err := e.parse(string(tx.Get(definitionTable, []byte(revision))))
	if err != nil {
		return nil, fmt.Errorf("read definition %s: %w", revision, err)
	}
	e.definitions[revision] = d
	return d, nil
}

// StateMachineARN returns the ARN of the state machine with a name.
func (e *Engine) StateMachineARN(name string) string { return e.arn("stateMachine", name) }

func (e *Engine) arn(resource string, names ...string) string {
	return fmt.Sprintf("arn:aws:states:%s:%s:%s:%s", e.Region, e.Account, resource, strings.Join(names, ":"))
}

// machineAt returns the state machine that an ARN names.
func (e *Engine) machineAt(tx store.Tx, arn string) (*machine, error) {
	if !strings.HasPrefix(arn, "arn:aws:states:") {
		return nil, awsjson.Errorf("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	if strings.HasPrefix(arn, e.arn("stateMachine")) && strings.Contains(arn, "/") {
		return nil, awsjson.Errorf("ValidationException", "The ARN '%s' names a Distributed Map state; name its state machine, without the label", arn)
	}
	m, err := readMachine(tx, strings.TrimPrefix(arn, e.arn("stateMachine")))
	if err == nil && (m == nil || m.ARN != arn) {
		err = awsjson.Errorf("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
	}
	return m, err
}

// executionAt returns the execution that an ARN names.
func executionAt(tx store.Tx, arn string) (*execution, error) {
	if !strings.HasPrefix(arn, "arn:aws:states:") {
		return nil, awsjson.Errorf("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	x, err := readExecution(tx, arn)
	if err == nil && x == nil {
		err = awsjson.Errorf("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
	}
	return x, err
}
