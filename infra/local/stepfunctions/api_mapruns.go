package stepfunctions

import (
	"bytes"
	"strings"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// mapRunAt returns the Map Run that an ARN names.
func mapRunAt(tx store.Tx, arn string) (*mapRun, error) {
	if !strings.HasPrefix(arn, "arn:aws:states:") {
		return nil, awsjson.Errorf("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", arn)
	}
	m, err := readMapRun(tx, arn)
	if err == nil && m == nil {
		err = awsjson.Errorf("ResourceNotFound", "Resource not found: '%s'", arn)
	}
	return m, err
}

type describeMapRunInput struct {
	MapRunARN string `json:"mapRunArn"`
}

type describeMapRunOutput struct {
	MapRunARN                  string        `json:"mapRunArn"`
	ExecutionARN               string        `json:"executionArn"`
	Status                     Status        `json:"status"`
	StartDate                  awsjson.Time  `json:"startDate"`
	StopDate                   *awsjson.Time `json:"stopDate,omitempty"`
	MaxConcurrency             int           `json:"maxConcurrency"`
	ToleratedFailurePercentage float64       `json:"toleratedFailurePercentage"`
	ToleratedFailureCount      int64         `json:"toleratedFailureCount"`
	ItemCounts                 tally         `json:"itemCounts"`
	ExecutionCounts            tally         `json:"executionCounts"`
	RedriveCount               int           `json:"redriveCount"`
	RedriveDate                *awsjson.Time `json:"redriveDate,omitempty"`
}

func (e *Engine) describeMapRun(in describeMapRunInput) (out describeMapRunOutput, err error) {
	return out, e.Store.View(func(tx store.Tx) error {
		m, err := mapRunAt(tx, in.MapRunARN)
		if err != nil {
			return err
		}
		out = describeMapRunOutput{MapRunARN: m.ARN, ExecutionARN: m.Execution, Status: m.Status, StartDate: awsjson.Time(m.Started),
			StopDate: (*awsjson.Time)(m.Stopped), MaxConcurrency: m.MaxConcurrency, ItemCounts: m.Items, ExecutionCounts: m.Executions,
			RedriveCount: m.Redrives, RedriveDate: (*awsjson.Time)(m.Redriven)}
		if m.ToleratedCount != nil {
			out.ToleratedFailureCount = *m.ToleratedCount
		}
		if m.ToleratedPercentage != nil {
			out.ToleratedFailurePercentage = *m.ToleratedPercentage
		}
		return nil
	})
}

type listMapRunsInput struct {
	ExecutionARN string `json:"executionArn"`
	MaxResults   int    `json:"maxResults"`
	NextToken    string `json:"nextToken"`
}

type mapRunItem struct {
	ExecutionARN    string        `json:"executionArn"`
	MapRunARN       string        `json:"mapRunArn"`
	StateMachineARN string        `json:"stateMachineArn"`
	StartDate       awsjson.Time  `json:"startDate"`
	StopDate        *awsjson.Time `json:"stopDate,omitempty"`
}

type listMapRunsOutput struct {
	MapRuns   []mapRunItem `json:"mapRuns"`
	NextToken string       `json:"nextToken,omitempty"`
}

// listMapRuns lists the Map Runs of an execution, the newest first.
func (e *Engine) listMapRuns(in listMapRunsInput) (out listMapRunsOutput, err error) {
	out.MapRuns = []mapRunItem{}
	size, after, err := parsePaging(in.MaxResults, in.NextToken)
	if err != nil {
		return out, err
	}
	return out, e.Store.View(func(tx store.Tx) error {
		x, err := executionAt(tx, in.ExecutionARN)
		if err != nil {
			return err
		}
		if after != nil && !bytes.HasPrefix(after, []byte(x.ARN+"\x00")) {
			return errInvalidPage()
		}
		return out.fill(tx, mapRunsOf(tx, x.ARN, after), size)
	})
}

func (out *listMapRunsOutput) fill(tx store.Tx, keys [][]byte, size int) error {
	for i, key := range keys {
		if i == size {
			out.NextToken = pageToken(keys[i-1])
			return nil
		}
		m, err := mapRunAt(tx, string(tx.Get(mapListTable, key)))
		if err != nil {
			return err
		}
		out.MapRuns = append(out.MapRuns, mapRunItem{m.Execution, m.ARN, m.MachineARN, awsjson.Time(m.Started), (*awsjson.Time)(m.Stopped)})
	}
	return nil
}

type updateMapRunInput struct {
	MapRunARN                  string   `json:"mapRunArn"`
	MaxConcurrency             *int     `json:"maxConcurrency"`
	ToleratedFailurePercentage *float64 `json:"toleratedFailurePercentage"`
	ToleratedFailureCount      *int64   `json:"toleratedFailureCount"`
}

func (in updateMapRunInput) check() error {
	switch {
	case in.MaxConcurrency == nil && in.ToleratedFailureCount == nil && in.ToleratedFailurePercentage == nil:
		return awsjson.Errorf("ValidationException", "At least one of maxConcurrency, toleratedFailureCount and toleratedFailurePercentage is required")
	case in.MaxConcurrency != nil && *in.MaxConcurrency < 0, in.ToleratedFailureCount != nil && *in.ToleratedFailureCount < 0:
		return awsjson.Errorf("ValidationException", "maxConcurrency and toleratedFailureCount must not be negative")
	case in.ToleratedFailurePercentage != nil && (*in.ToleratedFailurePercentage < 0 || *in.ToleratedFailurePercentage > 100):
		return awsjson.Errorf("ValidationException", "toleratedFailurePercentage must be between 0 and 100")
	}
	return nil
}

// updateMapRun changes the limits of a running Map Run.
func (e *Engine) updateMapRun(in updateMapRunInput) (nothing, error) {
	if err := in.check(); err != nil {
		return nothing{}, err
	}
	return nothing{}, e.Store.Update(func(tx store.Tx) error {
		m, err := mapRunAt(tx, in.MapRunARN)
		if err != nil {
			return err
		}
		if m.Status != Running {
			return awsjson.Errorf("ValidationException", "Map Run '%s' is %s and cannot be updated", m.ARN, m.Status)
		}
		if in.MaxConcurrency != nil {
			m.MaxConcurrency = *in.MaxConcurrency
		}
		if in.ToleratedFailureCount != nil {
			m.ToleratedCount = in.ToleratedFailureCount
		}
		if in.ToleratedFailurePercentage != nil {
			m.ToleratedPercentage = in.ToleratedFailurePercentage
		}
		e.afterCommit(tx, func() error { return e.advance(m.ARN) })
		return m.save(tx)
	})
}
