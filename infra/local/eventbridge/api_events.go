package eventbridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
	"slipway/shared/pattern"
)

const maxEntries = 10 // of one PutEvents

type putEventsInput struct{ Entries []eventEntry }

// An eventEntry is one event of PutEvents. TraceHeader is taken and not used:
// there is no X-Ray behind the engine.
type eventEntry struct {
	Source       string
	DetailType   string
	Detail       string
	EventBusName string
	Resources    []string
	Time         *float64 // seconds since 1970
	TraceHeader  string
}

type putEventsOutput struct {
	FailedEntryCount int
	Entries          []eventResult
}

type eventResult struct {
	EventId      string `json:",omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// putEvents puts the good entries in one transaction; each bad one fails alone.
// Unlike EventBridge, which takes and loses it, an event for a bus that doesn't
// exist fails.
func (e *Engine) putEvents(in putEventsInput) (any, error) {
	if err := checkEntries(in.Entries); err != nil {
		return nil, err
	}
	var out putEventsOutput
	err := e.Store.Update(func(tx store.Tx) error {
		for _, entry := range in.Entries {
			result, err := e.putEntry(tx, entry)
			if err != nil {
				return err
			}
			if result.ErrorCode != "" {
				out.FailedEntryCount++
			}
			out.Entries = append(out.Entries, result)
		}
		return nil
	})
	return out, err
}

// putEntry puts one entry; a refusal is in the result, and nothing was written then.
func (e *Engine) putEntry(tx store.Tx, entry eventEntry) (eventResult, error) {
	ev, err := entry.event()
	var id string
	if err == nil {
		id, err = e.put(tx, entry.EventBusName, ev)
	}
	if err == nil {
		return eventResult{EventId: id}, nil
	}
	if refusal, ok := errors.AsType[*awsjson.Error](err); ok {
		return eventResult{ErrorCode: refusal.Code, ErrorMessage: refusal.Message}, nil
	}
	return eventResult{}, err
}

func (entry eventEntry) event() (Event, error) {
	ev := Event{Source: entry.Source, DetailType: entry.DetailType, Detail: json.RawMessage(entry.Detail), Resources: entry.Resources}
	if strings.HasPrefix(entry.Source, "aws.") {
		return ev, awsjson.Errorf("NotAuthorizedForSourceException", "Not authorized for the source.")
	}
	if entry.Time == nil {
		return ev, nil
	}
	const year10000 = 253402300800 // the first that an ISO 8601 time can't tell
	seconds, fraction := math.Modf(*entry.Time)
	if seconds < 0 || seconds >= year10000 {
		return ev, invalidArgument("Parameter Time is not valid. Reason: %v is out of range.", *entry.Time)
	}
	ev.Time = time.Unix(int64(seconds), int64(fraction*1e9)).UTC()
	return ev, nil
}

// checkEntries returns the refusal of a whole PutEvents.
func checkEntries(entries []eventEntry) error {
	const constraint = "1 validation error detected: Value '[%d entries]' at 'entries' failed to satisfy constraint: Member must have length %s"
	if len(entries) == 0 {
		return invalid(constraint, 0, "greater than or equal to 1")
	}
	if len(entries) > maxEntries {
		return invalid(constraint, len(entries), fmt.Sprintf("less than or equal to %d", maxEntries))
	}
	size, complete := 0, false
	for _, entry := range entries {
		size += Event{Source: entry.Source, DetailType: entry.DetailType, Detail: json.RawMessage(entry.Detail), Resources: entry.Resources}.size()
		complete = complete || (entry.Source != "" && entry.DetailType != "" && entry.Detail != "")
	}
	if size > maxEventBytes {
		return invalid("Total size of the entries in the request is over the limit.")
	}
	if !complete {
		return invalid("No entry has all of Source, DetailType and Detail.")
	}
	return nil
}

type testEventPatternInput struct {
	Event        string
	EventPattern string
}

type testEventPatternOutput struct{ Result bool }

// testEventPattern asks for the members that the TestEventPattern reference requires of an event.
func (e *Engine) testEventPattern(in testEventPatternInput) (any, error) {
	p, err := pattern.Parse([]byte(in.EventPattern))
	if err != nil {
		return nil, awsjson.Errorf("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(in.Event), &members); err != nil {
		return nil, invalid("Parameter Event is not valid. Reason: %v", err)
	}
	for _, required := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := members[required]; !ok {
			return nil, invalid("Parameter Event is not valid. Reason: the member %s is missing.", required)
		}
	}
	return testEventPatternOutput{p.Match([]byte(in.Event))}, nil
}
