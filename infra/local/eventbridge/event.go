package eventbridge

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// maxEventBytes is the largest event, and the most that one PutEvents may carry.
const maxEventBytes = 1 << 20

// maxDetailType is the most characters of a detail type.
const maxDetailType = 128

// An Event is an event; encoded as JSON it is the envelope that rules match.
type Event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       time.Time       `json:"time"` // to the second
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// Put puts ev on the bus with the given name or ARN, in tx. It fills in the id,
// the account, the region and, when it is zero, the time. What the rules match
// is queued in tx and delivered after the commit.
func (e *Engine) Put(tx store.Tx, bus string, ev Event) error {
	_, err := e.put(tx, bus, ev)
	return err
}

// put is Put; it returns the id of the event.
func (e *Engine) put(tx store.Tx, busName string, ev Event) (id string, err error) {
	if err := ev.check(); err != nil {
		return "", err
	}
	e.complete(&ev)
	envelope, err := awsjson.Encode(ev)
	if err != nil {
		return "", fmt.Errorf("encode event %s: %w", ev.ID, err)
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	b, err := e.bus(busName)
	if err != nil {
		return "", err
	}
	for _, r := range b.sorted() {
		if r.State != Enabled || !r.pattern.Match(envelope) {
			continue
		}
		for _, t := range r.targets {
			if err := e.queue(tx, r, t, envelope); err != nil {
				return "", fmt.Errorf("rule %s: target %s: %w", r.Name, t.ID, err)
			}
		}
	}
	if e.Observe != nil {
		tx.OnCommit(func() { e.Observe(b.name, ev) })
	}
	return ev.ID, nil
}

// complete fills in what the service adds to an event.
func (e *Engine) complete(ev *Event) {
	ev.Version, ev.ID = "0", e.NewID()
	if ev.Account == "" {
		ev.Account = e.Account
	}
	if ev.Region == "" {
		ev.Region = e.Region
	}
	if ev.Time.IsZero() {
		ev.Time = e.Clock.Now()
	}
	ev.Time = ev.Time.UTC().Truncate(time.Second)
	if ev.Resources == nil {
		ev.Resources = []string{}
	}
}

// check returns the refusal that PutEvents gives for an entry like ev.
func (ev Event) check() error {
	required := func(parameter string) error {
		return invalidArgument("Parameter %s is not valid. Reason: %s is a required argument.", parameter, parameter)
	}
	switch {
	case ev.Source == "":
		return required("Source")
	case ev.DetailType == "":
		return required("DetailType")
	case len([]rune(ev.DetailType)) > maxDetailType:
		return invalidArgument("Parameter DetailType is not valid. Reason: DetailType must have at most %d characters.", maxDetailType)
	case len(ev.Detail) == 0:
		return required("Detail")
	case !isObject(ev.Detail):
		return awsjson.Errorf("MalformedDetail", "Detail is malformed.")
	case ev.size() > maxEventBytes:
		return invalidArgument("The event is %d bytes, which is more than the limit of %d.", ev.size(), maxEventBytes)
	}
	return nil
}

// size returns the size of ev as EventBridge counts it, per "Calculating
// PutEvents event entry size".
func (ev Event) size() int {
	const timeBytes = 14
	size := len(ev.Source) + len(ev.DetailType) + len(ev.Detail) + len(strings.Join(ev.Resources, ""))
	if !ev.Time.IsZero() {
		size += timeBytes
	}
	return size
}

func isObject(text []byte) bool {
	var members map[string]json.RawMessage
	return json.Unmarshal(text, &members) == nil && members != nil
}
