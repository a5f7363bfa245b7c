package stepfunctions

import (
	"errors"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type stateMachineInput struct {
	StateMachineARN string `json:"stateMachineArn"`
	IncludedData    string `json:"includedData"`
}

type loggingConfiguration struct {
	Level                string `json:"level"`
	IncludeExecutionData bool   `json:"includeExecutionData"`
}

type tracingConfiguration struct {
	Enabled bool `json:"enabled"`
}

type describeStateMachineOutput struct {
	StateMachineARN string               `json:"stateMachineArn"`
	Name            string               `json:"name"`
	Status          string               `json:"status,omitempty"`
	Definition      string               `json:"definition,omitempty"`
	RoleARN         string               `json:"roleArn"`
	Type            string               `json:"type,omitempty"`
	CreationDate    *awsjson.Time        `json:"creationDate,omitempty"`
	UpdateDate      *awsjson.Time        `json:"updateDate,omitempty"`
	Logging         loggingConfiguration `json:"loggingConfiguration"`
	Tracing         tracingConfiguration `json:"tracingConfiguration"`
}

func (e *Engine) describeStateMachine(in stateMachineInput) (out describeStateMachineOutput, err error) {
	included, err := includesData(in.IncludedData)
	if err != nil {
		return out, err
	}
	return out, e.Store.View(func(tx store.Tx) error {
		m, err := e.machineAt(tx, in.StateMachineARN)
		if err != nil {
			return err
		}
		out = describeStateMachineOutput{StateMachineARN: m.ARN, Name: m.Name, Status: "ACTIVE", RoleARN: m.RoleARN,
			Type: "STANDARD", CreationDate: (*awsjson.Time)(&m.Created), Logging: loggingConfiguration{Level: "OFF"}}
		if included {
			out.Definition = string(tx.Get(definitionTable, []byte(m.Definition)))
		}
		return nil
	})
}

// describeStateMachineForExecution tells of a state machine as it was when the execution started.
func (e *Engine) describeStateMachineForExecution(in executionInput) (out describeStateMachineOutput, err error) {
	included, err := includesData(in.IncludedData)
	if err != nil {
		return out, err
	}
	return out, e.Store.View(func(tx store.Tx) error {
		x, err := executionAt(tx, in.ExecutionARN)
		if err != nil {
			return err
		}
		out = describeStateMachineOutput{StateMachineARN: x.MachineARN, Name: x.Machine, RoleARN: x.RoleARN,
			UpdateDate: (*awsjson.Time)(&x.MachineUpdated), Logging: loggingConfiguration{Level: "OFF"}}
		if included {
			out.Definition = string(tx.Get(definitionTable, []byte(x.Definition)))
		}
		return nil
	})
}

type listStateMachinesInput struct {
	MaxResults int    `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

type machineItem struct {
	StateMachineARN string       `json:"stateMachineArn"`
	Name            string       `json:"name"`
	Type            string       `json:"type"`
	CreationDate    awsjson.Time `json:"creationDate"`
}

type listStateMachinesOutput struct {
	StateMachines []machineItem `json:"stateMachines"`
	NextToken     string        `json:"nextToken,omitempty"`
}

func (e *Engine) listStateMachines(in listStateMachinesInput) (out listStateMachinesOutput, err error) {
	out.StateMachines = []machineItem{}
	size, err := pageSize(in.MaxResults)
	if err != nil {
		return out, err
	}
	from, err := parsePage(in.NextToken)
	if err != nil {
		return out, err
	}
	return out, e.Store.View(func(tx store.Tx) error {
		for name := range tx.Scan(machineTable, from) {
			if len(out.StateMachines) == size {
				out.NextToken = pageToken(name)
				return nil
			}
			m, err := readMachine(tx, string(name))
			if err != nil {
				return err
			}
			out.StateMachines = append(out.StateMachines, machineItem{m.ARN, m.Name, "STANDARD", awsjson.Time(m.Created)})
		}
		return nil
	})
}

type validateInput struct {
	Definition string `json:"definition"`
	Type       string `json:"type"`
	Severity   string `json:"severity"`
	MaxResults int    `json:"maxResults"`
}

type validateOutput struct {
	Result      string       `json:"result"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	Truncated   bool         `json:"truncated"`
}

func (e *Engine) validateStateMachineDefinition(in validateInput) (validateOutput, error) {
	if in.Type != "" && in.Type != "STANDARD" {
		return validateOutput{}, awsjson.Errorf("ValidationException", "Type '%s' is not supported by the local engine; use STANDARD", in.Type)
	}
	if in.MaxResults < 0 || in.MaxResults > 100 {
		return validateOutput{}, awsjson.Errorf("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must be between 0 and 100", in.MaxResults)
	}
	out := validateOutput{Result: "OK", Diagnostics: []Diagnostic{}}
	var wrong *DefinitionError
	if _, err := parseDefinition(in.Definition); errors.As(err, &wrong) {
		out.Result, out.Diagnostics = "FAIL", wrong.Diagnostics
	}
	limit := in.MaxResults
	if limit == 0 {
		limit = 100
	}
	if out.Truncated = len(out.Diagnostics) > limit; out.Truncated {
		out.Diagnostics = out.Diagnostics[:limit]
	}
	return out, nil
}
