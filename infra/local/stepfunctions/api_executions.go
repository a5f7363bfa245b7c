package stepfunctions

import (
	"errors"
	"net/http"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type startExecutionInput struct {
	StateMachineARN string  `json:"stateMachineArn"`
	Name            string  `json:"name"`
	Input           *string `json:"input"`
	TraceHeader     string  `json:"traceHeader"`
}

type startExecutionOutput struct {
	ExecutionARN string       `json:"executionArn"`
	StartDate    awsjson.Time `json:"startDate"`
}

func (e *Engine) startExecution(r *http.Request, in startExecutionInput) (out startExecutionOutput, err error) {
	o := order{in.StateMachineARN, in.Name, "{}", in.TraceHeader}
	if in.Input != nil {
		o.input = *in.Input
	}
	return out, e.Store.Update(func(tx store.Tx) error {
		x, started, err := e.start(tx, o, func(x *execution) {
			if e.Started != nil {
				e.Started(tx, Start{awsjson.Caller(r), x.ARN, x.MachineARN, x.Name, x.Started})
			}
		})
		if err == nil {
			out = startExecutionOutput{x.ARN, awsjson.Time(started)}
		}
		return err
	})
}

type executionInput struct {
	ExecutionARN string `json:"executionArn"`
	IncludedData string `json:"includedData"`
}

type describeExecutionOutput struct {
	ExecutionARN        string        `json:"executionArn"`
	StateMachineARN     string        `json:"stateMachineArn"`
	Name                string        `json:"name"`
	Status              Status        `json:"status"`
	StartDate           awsjson.Time  `json:"startDate"`
	StopDate            *awsjson.Time `json:"stopDate,omitempty"`
	Input               *string       `json:"input,omitempty"`
	InputDetails        *DataDetails  `json:"inputDetails,omitempty"`
	Output              *string       `json:"output,omitempty"`
	OutputDetails       *DataDetails  `json:"outputDetails,omitempty"`
	TraceHeader         string        `json:"traceHeader,omitempty"`
	Error               *string       `json:"error,omitempty"`
	Cause               *string       `json:"cause,omitempty"`
	MapRunARN           string        `json:"mapRunArn,omitempty"`
	RedriveCount        int           `json:"redriveCount"`
	RedriveDate         *awsjson.Time `json:"redriveDate,omitempty"`
	RedriveStatus       string        `json:"redriveStatus"`
	RedriveStatusReason string        `json:"redriveStatusReason,omitempty"`
}

func (e *Engine) describeExecution(in executionInput) (out describeExecutionOutput, err error) {
	included, err := includesData(in.IncludedData)
	if err != nil {
		return out, err
	}
	return out, e.Store.View(func(tx store.Tx) error {
		x, err := executionAt(tx, in.ExecutionARN)
		if err != nil {
			return err
		}
		out = describeExecutionOutput{ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: x.Status,
			StartDate: awsjson.Time(x.Started), StopDate: (*awsjson.Time)(x.Stopped), TraceHeader: x.TraceHeader,
			MapRunARN: x.MapRun, RedriveCount: x.Redrives, RedriveDate: (*awsjson.Time)(x.Redriven)}
		out.RedriveStatus, out.RedriveStatusReason = x.redrivability(e.Clock.Now())
		if included {
			out.Input, out.Output, out.Error, out.Cause = &x.Input, x.Output, x.Error, x.Cause
			out.InputDetails = &DataDetails{true}
			if x.Output != nil {
				out.OutputDetails = &DataDetails{true}
			}
		}
		return nil
	})
}

func includesData(choice string) (bool, error) {
	if choice != "" && choice != "ALL_DATA" && choice != "METADATA_ONLY" {
		return false, awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'includedData' failed to satisfy constraint: Member must satisfy enum value set: [ALL_DATA, METADATA_ONLY]", choice)
	}
	return choice != "METADATA_ONLY", nil
}

type stopExecutionInput struct {
	ExecutionARN string  `json:"executionArn"`
	Error        *string `json:"error"`
	Cause        *string `json:"cause"`
}

type stopExecutionOutput struct {
	StopDate awsjson.Time `json:"stopDate"`
}

// stopExecution aborts a running execution; one that has ended stays as it is.
func (e *Engine) stopExecution(in stopExecutionInput) (out stopExecutionOutput, err error) {
	if in.Error != nil && len(*in.Error) > 256 || in.Cause != nil && len(*in.Cause) > 32768 {
		return out, awsjson.Errorf("ValidationException", "1 validation error detected: 'error' has at most 256 characters and 'cause' at most 32768")
	}
	err = e.update(in.ExecutionARN, func(r *run) error {
		r.abort(in.Error, in.Cause)
		out.StopDate = awsjson.Time(*r.x.Stopped)
		return nil
	})
	if !errors.Is(err, errStale) {
		return out, err
	}
	return out, e.Store.View(func(tx store.Tx) error {
		x, err := executionAt(tx, in.ExecutionARN)
		if err == nil && x.Stopped != nil {
			out.StopDate = awsjson.Time(*x.Stopped)
		}
		return err
	})
}
