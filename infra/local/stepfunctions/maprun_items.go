package stepfunctions

import (
	"encoding/json"
	"fmt"

	"slipway/infra/local/store"
)

// stock selects the items of a Map Run and readies what each of its executions runs on.
func (r *run) stock(m *mapRun, t *thread, s *state, items []json.RawMessage) *Fault {
	var selected []json.RawMessage
	for i, item := range items {
		if s.itemSelector != nil {
			var fault *Fault
			if item, fault = r.evaluate(scope{run: r, thread: t, item: &itemContext{i, item}}, "ItemSelector", s.itemSelector); fault != nil {
				return fault
			}
		}
		if len(item) > maxPayload {
			return dataLimit(s.name)
		}
		selected = append(selected, item)
	}
	children, fault := m.batches(s.name, selected)
	if fault != nil {
		return fault
	}
	m.Stage, m.Children = stageRunning, len(children)
	m.Executions.Pending, m.Executions.Total = len(children), len(children)
	m.Items.Pending, m.Items.Total = len(items), len(items)
	for i, c := range children {
		if err := store.PutJSON(r.tx, mapChildTable, childKey(m.ARN, i), c); err != nil && r.failure == nil {
			r.failure = err
		}
	}
	return nil
}

// batches is what the executions of m run on: an item each, or a batch of them, in
// which case the names are those of "ItemBatcher (Map)" in the Developer Guide.
func (m *mapRun) batches(state string, items []json.RawMessage) ([]mapChild, *Fault) {
	var children []mapChild
	if m.Batch == nil {
		for _, item := range items {
			children = append(children, mapChild{Input: item, Items: 1})
		}
		return children, nil
	}
	for len(items) > 0 {
		n := m.Batch.fill(items)
		input := marshal(struct {
			BatchInput json.RawMessage   `json:",omitempty"`
			Items      []json.RawMessage `json:",omitempty"`
		}{m.Batch.Input, items[:n]})
		if len(input) > m.Batch.bytes() && n == 1 {
			return nil, dataLimit(state)
		}
		children = append(children, mapChild{Input: input, Items: n})
		items = items[n:]
	}
	return children, nil
}

// bytes is how large the input of an execution may get.
func (b *batch) bytes() int {
	if b.MaxBytes > 0 {
		return min(b.MaxBytes, maxPayload)
	}
	return maxPayload
}

// fill returns how many of the items, at least one, make the next batch.
func (b *batch) fill(items []json.RawMessage) int {
	size := len(`{"Items":[]}`)
	if b.Input != nil {
		size += len(`"BatchInput":,`) + len(b.Input)
	}
	for i, item := range items {
		size += len(item)
		if i > 0 {
			size++ // the comma
		}
		if i > 0 && (b.MaxItems > 0 && i >= b.MaxItems || size > b.bytes()) {
			return i
		}
	}
	return len(items)
}

// items returns the items of a Map state that doesn't read them from S3.
func (r *run) items(t *thread, s *state) (items []json.RawMessage, fault *Fault) {
	list := t.Input
	if s.items != nil {
		if list, fault = r.evaluateTyped(scope{run: r, thread: t}, "Items", s.items, isArray); fault != nil {
			return nil, fault
		}
	}
	if err := json.Unmarshal(list, &items); err != nil || items == nil {
		return nil, r.evaluationFailed(t, "Items", fmt.Sprintf("The value for the field 'Items' must be an array, but was: %s", excerpt(list)))
	}
	return items, nil
}
