package stepfunctions

import "encoding/json"

// maxIterations is how many iterations of an inline Map state run at a time.
const maxIterations = 40

// startIterations evaluates the items of a Map state and starts as many iterations as it allows at a time.
func (r *run) startIterations(t *thread, s *state) {
	items, limit, fault := r.iterations(t, s)
	if fault != nil {
		r.fail(t, fault)
		return
	}
	length := len(items)
	r.record(t, "MapStateStarted", details{Length: &length})
	t.Phase = phaseChildren
	t.Fan = &fan{Started: t.LastEvent, Items: items, Limit: limit, Results: make([]json.RawMessage, length)}
	if length == 0 {
		r.collect(t, s)
		return
	}
	r.nextIterations(t, s)
}

// iterations returns the items of a Map state and how many of them may run at a time.
func (r *run) iterations(t *thread, s *state) (items []json.RawMessage, limit int, fault *Fault) {
	if items, fault = r.items(t, s); fault != nil {
		return nil, 0, fault
	}
	limit = maxIterations
	if s.concurrency != nil {
		n, fault := r.number(scope{run: r, thread: t}, "MaxConcurrency", s.concurrency, maxSeconds)
		if fault != nil {
			return nil, 0, fault
		}
		if n > 0 {
			limit = min(limit, int(n))
		}
	}
	return items, limit, nil
}

// nextIterations starts iterations up to the limit of a Map state.
func (r *run) nextIterations(t *thread, s *state) {
	for t.Fan != nil && len(t.Fan.Children) < t.Fan.Limit && t.Fan.Next < len(t.Fan.Items) && r.running() {
		i := t.Fan.Next
		input, fault := r.selectItem(t, s, i)
		if fault != nil {
			r.abandon(t, s, nil, t.LastEvent, fault)
			return
		}
		t.Fan.Next++
		child := r.newThread(t, i)
		child.Item, t.Fan.Items[i] = t.Fan.Items[i], json.RawMessage("null")
		child.LastEvent = t.Fan.Started
		t.Fan.Children = append(t.Fan.Children, child)
		r.record(child, "MapIterationStarted", iteration(s, child))
		r.goOn(child, s.processor.startAt, input)
	}
}

// selectItem returns the input of an iteration.
func (r *run) selectItem(t *thread, s *state, i int) (json.RawMessage, *Fault) {
	item := t.Fan.Items[i]
	if s.itemSelector == nil {
		return item, nil
	}
	input, fault := r.evaluate(scope{run: r, thread: t, item: &itemContext{i, item}}, "ItemSelector", s.itemSelector)
	if fault == nil && len(input) > maxPayload {
		fault = dataLimit(s.name)
	}
	return input, fault
}

// iteration is what the events of an iteration tell.
func iteration(s *state, child *thread) details {
	return details{Name: s.name, Index: &child.Index}
}
