package stepfunctions

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"slipway/infra/local/store"
)

// succeedMapRun ends a Map Run and leaves its state with the results, in the order of the items.
func (r *run) succeedMapRun(m *mapRun, t *thread) {
	s := r.state(t)
	transformation := outputsOnly
	if w := s.distribution.writer; w != nil {
		transformation = w.transformation
	}
	results, err := r.engine.results(r.tx, m, "", transformation)
	if err != nil {
		r.failure = err
		return
	}
	r.endMapRun(m, t, marshal(append([]json.RawMessage{}, results...)))
}

// endMapRun ends a Map Run with success and leaves its state.
func (r *run) endMapRun(m *mapRun, t *thread, result json.RawMessage) {
	m.Status, m.Stopped = Succeeded, &r.now
	if err := m.save(r.tx); err != nil {
		r.failure = err
	}
	r.record(t, "MapRunSucceeded", details{})
	r.record(t, "MapStateSucceeded", details{})
	r.leave(t, r.state(t).returned(result))
}

// results returns what the executions of m with a status, or all for "", put out. An
// execution that failed is reported as a whole, as is each without a transformation.
func (e *Engine) results(tx store.Tx, m *mapRun, status Status, transformation string) ([]json.RawMessage, error) {
	var list []json.RawMessage
	for index := range m.Children {
		c, err := m.readChild(tx, index)
		if err != nil {
			return nil, err
		}
		if c.Execution == "" || status != "" && c.Status != status {
			continue
		}
		x, err := executionAt(tx, c.Execution)
		if err != nil {
			return nil, err
		}
		list = append(list, x.results(transformation, e)...)
	}
	return list, nil
}

func (x *execution) results(transformation string, e *Engine) []json.RawMessage {
	if x.Output == nil || transformation == asIs {
		return []json.RawMessage{x.mapReport(e.Clock.Now())}
	}
	output := json.RawMessage(*x.Output)
	var elements []json.RawMessage
	if transformation == outputsJoined && isArray.holds(output) && json.Unmarshal(output, &elements) == nil {
		return elements
	}
	return []json.RawMessage{output}
}

// A manifest tells where in S3 the results of a Map Run are, per "ResultWriter (Map)" in the Developer Guide.
type manifest struct {
	DestinationBucket string
	MapRunArn         string
	ResultFiles       struct{ FAILED, PENDING, SUCCEEDED []resultFile }
}

type resultFile struct {
	Key  string
	Size int
}

// writeMapRun writes the results of a Map Run to S3, and goes on with what came of it.
func (e *Engine) writeMapRun(m *mapRun, w *resultWriter) error {
	key, failure := e.writeResults(context.Background(), m, w)
	return e.Store.Update(func(tx store.Tx) error {
		return e.within(tx, m.ARN, stageWriting, func(r *run, m *mapRun, t *thread) {
			if failure != nil {
				r.failMapRun(m, t, &Fault{Name: errResultWriterFailed, Cause: failure.Error()})
				return
			}
			m.Executions.ResultsWritten, m.Items.ResultsWritten = m.Executions.Total, m.Items.Total
			r.endMapRun(m, t, marshal(struct {
				MapRunArn           string
				ResultWriterDetails struct{ Bucket, Key string }
			}{m.ARN, struct{ Bucket, Key string }{m.Write.Bucket, key}}))
		})
	})
}

// writeResults writes a file of results for each outcome and the manifest, whose key it returns.
func (e *Engine) writeResults(ctx context.Context, m *mapRun, w *resultWriter) (key string, err error) {
	folder := nameOf(m.ARN) + "/"
	if m.Write.Prefix != "" {
		folder = strings.TrimSuffix(m.Write.Prefix, "/") + "/" + folder
	}
	list := manifest{DestinationBucket: m.Write.Bucket, MapRunArn: m.ARN}
	files := &list.ResultFiles
	files.PENDING = []resultFile{} // a Map Run that gets here has run all
	if files.SUCCEEDED, err = e.writeFiles(ctx, m, w, folder+"SUCCEEDED_0", Succeeded); err != nil {
		return "", err
	}
	if files.FAILED, err = e.writeFiles(ctx, m, w, folder+"FAILED_0", Failed, TimedOut, Aborted); err != nil {
		return "", err
	}
	key = folder + "manifest.json"
	return key, e.WriteObject(ctx, m.Write.Bucket, key, marshal(list))
}

// writeFiles writes the results of the executions with some statuses, in one file
// unless there are none.
func (e *Engine) writeFiles(ctx context.Context, m *mapRun, w *resultWriter, name string, statuses ...Status) ([]resultFile, error) {
	var results []json.RawMessage
	err := e.Store.View(func(tx store.Tx) error {
		for _, status := range statuses {
			some, err := e.results(tx, m, status, w.transformation)
			if err != nil {
				return err
			}
			results = append(results, some...)
		}
		return nil
	})
	if err != nil || len(results) == 0 {
		return []resultFile{}, err
	}
	key, body := w.file(name, results)
	return []resultFile{{key, len(body)}}, e.WriteObject(ctx, m.Write.Bucket, key, body)
}

// file is a file of results.
func (w *resultWriter) file(name string, results []json.RawMessage) (key string, body []byte) {
	if !w.lines {
		return name + ".json", marshal(results)
	}
	for _, each := range results {
		body = append(append(body, each...), '\n')
	}
	return name + ".jsonl", bytes.TrimSuffix(body, []byte("\n"))
}

// nameOf is the last part of an ARN.
func nameOf(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
