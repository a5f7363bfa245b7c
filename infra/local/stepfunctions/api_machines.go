package stepfunctions

import (
	"strings"

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
	MapRunARN       string               `json:"mapRunArn,omitempty"`
	Label           string               `json:"label,omitempty"`
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
			UpdateDate: (*awsjson.Time)(&x.MachineUpdated), Logging: loggingConfiguration{Level: "OFF"}, MapRunARN: x.MapRun}
		out.Name, out.Label, _ = strings.Cut(x.Machine, "/")
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
	size, from, err := parsePaging(in.MaxResults, in.NextToken)
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
