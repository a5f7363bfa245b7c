package stepfunctions

import (
	"bytes"
	"slices"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type listExecutionsInput struct {
	StateMachineARN string `json:"stateMachineArn"`
	MapRunARN       string `json:"mapRunArn"`
	StatusFilter    Status `json:"statusFilter"`
	RedriveFilter   string `json:"redriveFilter"`
	MaxResults      int    `json:"maxResults"`
	NextToken       string `json:"nextToken"`
}

type executionItem struct {
	ExecutionARN    string        `json:"executionArn"`
	StateMachineARN string        `json:"stateMachineArn"`
	Name            string        `json:"name"`
	Status          Status        `json:"status"`
	StartDate       awsjson.Time  `json:"startDate"`
	StopDate        *awsjson.Time `json:"stopDate,omitempty"`
	MapRunARN       string        `json:"mapRunArn,omitempty"`
	ItemCount       int           `json:"itemCount,omitempty"`
	RedriveCount    int           `json:"redriveCount"`
	RedriveDate     *awsjson.Time `json:"redriveDate,omitempty"`
}

type listExecutionsOutput struct {
	Executions []executionItem `json:"executions"`
	NextToken  string          `json:"nextToken,omitempty"`
}

func (e *Engine) listExecutions(in listExecutionsInput) (out listExecutionsOutput, err error) {
	out.Executions = []executionItem{}
	if err := in.check(); err != nil {
		return out, err
	}
	size, after, err := parsePaging(in.MaxResults, in.NextToken)
	if err != nil {
		return out, err
	}
	return out, e.Store.View(func(tx store.Tx) error {
		list, err := e.listNamed(tx, in)
		if err != nil {
			return err
		}
		if after != nil && !bytes.HasPrefix(after, listPrefix(list, in.StatusFilter)) {
			return errInvalidPage()
		}
		return out.fill(tx, list, in, after, size)
	})
}

func (in listExecutionsInput) check() error {
	known := []Status{"", Running, Succeeded, Failed, TimedOut, Aborted, PendingRedrive}
	switch {
	case !slices.Contains(known, in.StatusFilter):
		return awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE]", in.StatusFilter)
	case in.StateMachineARN != "" && in.MapRunARN != "":
		return awsjson.Errorf("ValidationException", "You can specify either a mapRunArn or a stateMachineArn, but not both")
	}
	return checkRedriveFilter(in.RedriveFilter)
}

// listNamed returns the name of the list that a request asks for.
func (e *Engine) listNamed(tx store.Tx, in listExecutionsInput) (string, error) {
	if in.MapRunARN != "" {
		m, err := mapRunAt(tx, in.MapRunARN)
		if err != nil {
			return "", err
		}
		return m.ARN, nil
	}
	m, err := e.machineAt(tx, in.StateMachineARN)
	if err != nil {
		return "", err
	}
	return m.Name, nil
}

// fill adds up to size executions to a page, the newest first.
func (out *listExecutionsOutput) fill(tx store.Tx, list string, in listExecutionsInput, after []byte, size int) error {
	var last []byte
	for key, arn := range newest(tx, list, in.StatusFilter, after) {
		if len(out.Executions) == size {
			out.NextToken = pageToken(last)
			return nil
		}
		last = bytes.Clone(key)
		x, err := executionAt(tx, arn)
		if err != nil {
			return err
		}
		if in.RedriveFilter != "" && (in.RedriveFilter == "REDRIVEN") != (x.Redrives > 0) {
			continue
		}
		out.Executions = append(out.Executions, x.item())
	}
	return nil
}

func (x *execution) item() executionItem {
	return executionItem{ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: x.Status,
		StartDate: awsjson.Time(x.Started), StopDate: (*awsjson.Time)(x.Stopped), MapRunARN: x.MapRun, ItemCount: x.Items,
		RedriveCount: x.Redrives, RedriveDate: (*awsjson.Time)(x.Redriven)}
}
