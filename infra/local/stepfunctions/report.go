package stepfunctions

import (
	"encoding/json"
	"time"
)

// A report is a description of an execution as state machines get it: the result of
// startExecution.sync, and an item of a Map Run's results. Its names are those of
// DescribeExecution, with capitals.
type report struct {
	Cause               *string `json:",omitempty"`
	Error               *string `json:",omitempty"`
	ExecutionArn        string
	Input               json.RawMessage
	InputDetails        reportDetails
	Name                string
	Output              json.RawMessage `json:",omitempty"`
	OutputDetails       *reportDetails  `json:",omitempty"`
	RedriveCount        int
	RedriveStatus       string
	RedriveStatusReason string `json:",omitempty"`
	StartDate           json.RawMessage
	StateMachineArn     string
	Status              Status
	StopDate            json.RawMessage `json:",omitempty"`
}

type reportDetails struct{ Included bool }

// report describes x, with input and output as JSON, or as text that holds JSON.
// Times are in milliseconds since 1970.
func (x *execution) report(now time.Time, parsed bool) json.RawMessage {
	p := x.describe(now, parsed)
	p.StartDate = marshal(x.Started.UnixMilli())
	if x.Stopped != nil {
		p.StopDate = marshal(x.Stopped.UnixMilli())
	}
	return marshal(p)
}

// mapReport describes x as a Map Run's results do, with times in ISO 8601.
func (x *execution) mapReport(now time.Time) json.RawMessage {
	p := x.describe(now, false)
	p.StartDate = quote(timestamp(x.Started))
	if x.Stopped != nil {
		p.StopDate = quote(timestamp(*x.Stopped))
	}
	return marshal(p)
}

func (x *execution) describe(now time.Time, parsed bool) report {
	payload := func(text string) json.RawMessage {
		if parsed {
			return compact(text)
		}
		return quote(text)
	}
	p := report{Cause: x.Cause, Error: x.Error, ExecutionArn: x.ARN, Input: payload(x.Input), InputDetails: reportDetails{true}, Name: x.Name,
		RedriveCount: x.Redrives, StateMachineArn: x.MachineARN, Status: x.Status}
	p.RedriveStatus, p.RedriveStatusReason = x.redrivability(now)
	if x.Output != nil {
		p.Output, p.OutputDetails = payload(*x.Output), &reportDetails{true}
	}
	return p
}

// seconds1970 is t as the API writes it.
func seconds1970(t time.Time) json.RawMessage { return marshal(float64(t.UnixMilli()) / 1000) }
