package stepfunctions

import (
	"errors"
	"strings"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type createStateMachineInput struct {
	Name       string `json:"name"`
	Definition string `json:"definition"`
	RoleARN    string `json:"roleArn"`
	Type       string `json:"type"`
	Tags       []tag  `json:"tags"`
}

type createStateMachineOutput struct {
	StateMachineARN string       `json:"stateMachineArn"`
	CreationDate    awsjson.Time `json:"creationDate"`
}

// createStateMachine creates a state machine. Creating the same once more changes
// nothing, not even role and tags, per the CreateStateMachine reference.
func (e *Engine) createStateMachine(in createStateMachineInput) (out createStateMachineOutput, err error) {
	spec := StateMachineSpec{Name: in.Name, Definition: in.Definition, RoleARN: in.RoleARN, Type: in.Type, Tags: map[string]string{}}
	for _, t := range in.Tags {
		spec.Tags[t.Key] = t.Value
	}
	if err := e.checkMachine(spec); err != nil {
		return out, err
	}
	return out, e.Store.Update(func(tx store.Tx) error {
		m, err := readMachine(tx, spec.Name)
		if err != nil {
			return err
		}
		if m == nil {
			if err := e.putMachine(tx, spec); err != nil {
				return err
			}
			m, err = readMachine(tx, spec.Name)
			if err != nil {
				return err
			}
		}
		if m.Definition != revision(spec.Definition) {
			return awsjson.Errorf("StateMachineAlreadyExists", "State Machine Already Exists: '%s'", m.ARN)
		}
		out = createStateMachineOutput{m.ARN, awsjson.Time(m.Created)}
		return nil
	})
}

// checkMachine returns the refusal of a state machine that can't be created.
func (e *Engine) checkMachine(spec StateMachineSpec) error {
	switch {
	case !validName(spec.Name):
		return awsjson.Errorf("InvalidName", "Invalid Name: '%s'", spec.Name)
	case spec.Type != "" && spec.Type != "STANDARD":
		return awsjson.Errorf("StateMachineTypeNotSupported", "Type '%s' is not supported by the local engine; use STANDARD", spec.Type)
	}
	return e.checkRoleAndDefinition(spec.RoleARN, spec.Definition)
}

func (e *Engine) checkRoleAndDefinition(role, definition string) error {
	if !strings.HasPrefix(role, "arn:aws:iam::") {
		return awsjson.Errorf("InvalidArn", "Invalid Role Arn: '%s'", role)
	}
	var wrong *DefinitionError
	if _, err := e.parse(definition); errors.As(err, &wrong) {
		return awsjson.Errorf("InvalidDefinition", "%s", wrong.Error())
	}
	return nil
}

type updateStateMachineInput struct {
	StateMachineARN string  `json:"stateMachineArn"`
	Definition      *string `json:"definition"`
	RoleARN         *string `json:"roleArn"`
}

type updateStateMachineOutput struct {
	UpdateDate awsjson.Time `json:"updateDate"`
}

// updateStateMachine gives a state machine another definition or role. Executions that
// run keep those that they started with.
func (e *Engine) updateStateMachine(in updateStateMachineInput) (out updateStateMachineOutput, err error) {
	if in.Definition == nil && in.RoleARN == nil {
		return out, awsjson.Errorf("MissingRequiredParameter", "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified")
	}
	return out, e.Store.Update(func(tx store.Tx) error {
		m, err := e.machineAt(tx, in.StateMachineARN)
		if err != nil {
			return err
		}
		spec := StateMachineSpec{Name: m.Name, RoleARN: m.RoleARN, Tags: m.Tags, Definition: string(tx.Get(definitionTable, []byte(m.Definition)))}
		if in.Definition != nil {
			spec.Definition = *in.Definition
		}
		if in.RoleARN != nil {
			spec.RoleARN = *in.RoleARN
		}
		if err := e.checkRoleAndDefinition(spec.RoleARN, spec.Definition); err != nil {
			return err
		}
		out.UpdateDate = awsjson.Time(e.Clock.Now())
		return e.putMachine(tx, spec)
	})
}
