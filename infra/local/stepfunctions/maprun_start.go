package stepfunctions

import (
	"encoding/json"
	"strings"
)

// startMapRun starts the Map Run of a Distributed Map state. Its items, unless they
// are read from S3, are selected now.
func (r *run) startMapRun(t *thread, s *state) {
	m, items, fault := r.newMapRun(t, s)
	if fault != nil {
		r.fail(t, fault)
		return
	}
	length := len(items) // 0 when they are still to be read, as in the service's histories
	r.record(t, "MapStateStarted", details{Length: &length})
	t.MapRun, t.Phase = m.ARN, phaseMapRun
	r.record(t, "MapRunStarted", details{MapRunARN: m.ARN})
	r.tx.Put(mapListTable, mapListKey(r.x.ARN, m.Started, m.ARN), []byte(m.ARN))
	if m.Stage == stageRunning {
		if fault := r.stock(m, t, s, items); fault != nil {
			r.failMapRun(m, t, fault)
			return
		}
	}
	r.saveMapRun(m)
}

// saveMapRun writes m, and goes on with it once the transaction has committed.
func (r *run) saveMapRun(m *mapRun) {
	if err := m.save(r.tx); err != nil && r.failure == nil {
		r.failure = err
	}
	r.engine.afterCommit(r.tx, func() error { return r.engine.advance(m.ARN) })
}

// newMapRun evaluates what a Distributed Map state says of its Map Run.
func (r *run) newMapRun(t *thread, s *state) (*mapRun, []json.RawMessage, *Fault) {
	machine := strings.SplitN(r.x.Machine, "/", 2)[0] + "/" + s.distribution.label
	m := &mapRun{
		ARN: r.engine.arn("mapRun", machine, r.engine.NewID()), Execution: r.x.ARN, Thread: t.ID, State: s.name,
		Machine: machine, MachineARN: r.engine.arn("stateMachine", machine), Status: Running, Stage: stageRunning, Started: r.now,
	}
	sc := scope{run: r, thread: t}
	for _, evaluate := range []func() *Fault{
		func() *Fault { return r.tolerance(sc, s, m) },
		func() *Fault { return r.reading(sc, s, m) },
		func() *Fault { return r.batching(sc, s, m) },
		func() *Fault { return r.writing(sc, s, m) },
	} {
		if fault := evaluate(); fault != nil {
			return nil, nil, fault
		}
	}
	if s.distribution.reader != nil {
		m.Stage = stageReading
		return m, nil, nil
	}
	items, fault := r.items(t, s)
	return m, items, fault
}

// tolerance evaluates how many executions may run and how many items may fail.
func (r *run) tolerance(sc scope, s *state, m *mapRun) *Fault {
	if s.concurrency != nil {
		n, fault := r.number(sc, "MaxConcurrency", s.concurrency, maxSeconds)
		if fault != nil {
			return fault
		}
		m.MaxConcurrency = int(n)
	}
	if d := s.distribution; d.toleratedCount != nil {
		n, fault := r.number(sc, "ToleratedFailureCount", d.toleratedCount, maxSeconds)
		if fault != nil {
			return fault
		}
		m.ToleratedCount = whole(n)
	}
	if d := s.distribution; d.toleratedPercentage != nil {
		raw, fault := r.evaluateTyped(sc, "ToleratedFailurePercentage", d.toleratedPercentage, isNumber)
		if fault != nil {
			return fault
		}
		var n float64
		if err := json.Unmarshal(raw, &n); err != nil || n < 0 || n > 100 {
			return r.evaluationFailed(sc.thread, "ToleratedFailurePercentage", "The value for the field 'ToleratedFailurePercentage' must be between 0 and 100, but was: "+string(raw))
		}
		m.ToleratedPercentage = &n
	}
	return nil
}

// reading evaluates where the items are.
func (r *run) reading(sc scope, s *state, m *mapRun) *Fault {
	reader := s.distribution.reader
	if reader == nil {
		return nil
	}
	var fault *Fault
	if reader.maxItems != nil {
		n, fault := r.number(sc, "ItemReader/ReaderConfig/MaxItems", reader.maxItems, maxSeconds)
		if fault != nil {
			return fault
		}
		m.Limit = int(n)
	}
	m.Read, fault = r.place(sc, "ItemReader/Arguments", reader.arguments)
	return fault
}

// writing evaluates where the results go.
func (r *run) writing(sc scope, s *state, m *mapRun) (fault *Fault) {
	if w := s.distribution.writer; w != nil && w.arguments != nil {
		m.Write, fault = r.place(sc, "ResultWriter/Arguments", w.arguments)
	}
	return fault
}

func (r *run) place(sc scope, field string, arguments *template) (*s3Place, *Fault) {
	raw, fault := r.evaluate(sc, field, arguments)
	if fault != nil {
		return nil, fault
	}
	place := &s3Place{}
	if err := json.Unmarshal(raw, place); err != nil || place.Bucket == "" {
		return nil, r.evaluationFailed(sc.thread, field, "The value for the field '"+field+"' must be an object with a Bucket, all of whose values are strings, but was: "+excerpt(raw))
	}
	return place, nil
}

// batching evaluates how many items an execution gets.
func (r *run) batching(sc scope, s *state, m *mapRun) *Fault {
	b := s.distribution.batcher
	if b == nil {
		return nil
	}
	m.Batch = &batch{}
	for _, limit := range []struct {
		field string
		value *template
		into  *int
	}{{"MaxItemsPerBatch", b.maxItems, &m.Batch.MaxItems}, {"MaxInputBytesPerBatch", b.maxBytes, &m.Batch.MaxBytes}} {
		if limit.value == nil {
			continue
		}
		n, fault := r.number(sc, "ItemBatcher/"+limit.field, limit.value, maxSeconds)
		if fault != nil {
			return fault
		}
		*limit.into = int(n)
	}
	if b.input == nil {
		return nil
	}
	input, fault := r.evaluate(sc, "ItemBatcher/BatchInput", b.input)
	m.Batch.Input = input
	return fault
}
