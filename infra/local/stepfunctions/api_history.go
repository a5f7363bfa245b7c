package stepfunctions

import (
	"encoding/json"
	"math"
	"strconv"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type getExecutionHistoryInput struct {
	ExecutionARN         string `json:"executionArn"`
	MaxResults           int    `json:"maxResults"`
	ReverseOrder         bool   `json:"reverseOrder"`
	NextToken            string `json:"nextToken"`
	IncludeExecutionData *bool  `json:"includeExecutionData"`
}

type getExecutionHistoryOutput struct {
	Events    []historyEvent `json:"events"`
	NextToken string         `json:"nextToken,omitempty"`
}

func (e *Engine) getExecutionHistory(in getExecutionHistoryInput) (out getExecutionHistoryOutput, err error) {
	out.Events = []historyEvent{}
	size, err := pageSize(in.MaxResults)
	if err != nil {
		return out, err
	}
	from, err := in.from()
	if err != nil {
		return out, err
	}
	include := in.IncludeExecutionData == nil || *in.IncludeExecutionData
	return out, e.Store.View(func(tx store.Tx) error {
		if _, err := executionAt(tx, in.ExecutionARN); err != nil {
			return err
		}
		for each, err := range readHistory(tx, in.ExecutionARN, from, in.ReverseOrder) {
			if err != nil {
				return err
			}
			if len(out.Events) == size {
				out.NextToken = pageToken([]byte(strconv.FormatInt(each.ID, 10)))
				return nil
			}
			out.Events = append(out.Events, historyEvent{each, include})
		}
		return nil
	})
}

// from returns the id of the first event of the page.
func (in getExecutionHistoryInput) from() (int64, error) {
	page, err := parsePage(in.NextToken)
	switch {
	case err != nil:
		return 0, err
	case page != nil:
		id, err := strconv.ParseInt(string(page), 10, 64)
		if err != nil || id < 1 {
			return 0, errInvalidPage()
		}
		return id, nil
	case in.ReverseOrder:
		return math.MaxInt64, nil
	}
	return 0, nil
}

// A historyEvent is an event as the API gives it, with or without its payloads.
type historyEvent struct {
	event
	include bool
}

// MarshalJSON implements [json.Marshaler].
func (h historyEvent) MarshalJSON() ([]byte, error) {
	fields := map[string]any{"id": h.ID, "previousEventId": h.Previous, "timestamp": awsjson.Time(h.Time), "type": h.Type}
	if name := detailsField(h.Type); name != "" {
		d := h.Details
		if !h.include {
			d.Input, d.InputDetails, d.Output, d.OutputDetails, d.Assigned, d.AssignedDetails = nil, nil, nil, nil, nil, nil
		}
		fields[name] = json.RawMessage(marshal(d))
	}
	return marshal(fields), nil
}
