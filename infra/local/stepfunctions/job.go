package stepfunctions

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"slipway/infra/local/store"
)

// A job is an execution that a task of another one waits for.
type job struct {
	execution string // ARN of the one that is awaited
	parent    string // ARN of the one that waits
	thread    int    // of the parent
}

// jobTable has a key for each job: the ARN of its execution, 0, that of its parent, 0, the thread.
const jobTable = "stepfunctions/jobs"

func (j job) key() []byte {
	return []byte(j.execution + "\x00" + j.parent + "\x00" + strconv.Itoa(j.thread))
}

func parseJob(key []byte) (job, error) {
	parts := strings.Split(string(key), "\x00")
	if len(parts) != 3 {
		return job{}, fmt.Errorf("read job %q: want execution, parent and thread", key)
	}
	thread, err := strconv.Atoi(parts[2])
	return job{parts[0], parts[1], thread}, err
}

// jobs returns what the tasks of a running execution wait for.
func (x *execution) jobs() []job {
	var list []job
	if x.Status != Running || x.Root == nil {
		return nil
	}
	for t := range x.Root.all() {
		if t.Phase == phaseTask && t.Task.Execution != "" {
			list = append(list, job{t.Task.Execution, x.ARN, t.ID})
		}
	}
	return list
}

// await lets the task of t end with x.
func (r *run) await(t *thread, x *execution) {
	t.Task.Execution = x.ARN
	j := job{x.ARN, r.x.ARN, t.ID}
	r.tx.Put(jobTable, j.key(), []byte("awaited"))
	if x.Status != Running {
		r.engine.afterCommit(r.tx, func() error { return r.engine.finishJob(j) })
	}
}

// announce tells those who wait for x that it has ended.
func (e *Engine) announce(tx store.Tx, x *execution) error {
	for key := range tx.Scan(jobTable, []byte(x.ARN+"\x00")) {
		if !strings.HasPrefix(string(key), x.ARN+"\x00") {
			return nil
		}
		j, err := parseJob(key)
		if err != nil {
			return err
		}
		e.afterCommit(tx, func() error { return e.finishJob(j) })
	}
	return nil
}

// finishJob ends the task that waits for a job whose execution has ended.
func (e *Engine) finishJob(j job) error {
	return e.Store.Update(func(tx store.Tx) error {
		x, err := readExecution(tx, j.execution)
		if err != nil || x == nil || x.Status == Running || tx.Get(jobTable, j.key()) == nil {
			return errors.Join(err, errStale)
		}
		tx.Delete(jobTable, j.key())
		parent, err := readExecution(tx, j.parent)
		if err != nil || parent == nil || !slices.Contains(parent.jobs(), j) {
			return err
		}
		return e.carry(tx, parent, func(r *run) error {
			r.jobEnded(r.thread(j.thread), x)
			return nil
		})
	})
}

// jobEnded ends the task of t with what became of the execution that it started.
func (r *run) jobEnded(t *thread, x *execution) {
	s := r.state(t)
	result := x.report(r.now, s.integration.pattern == runJobParsed)
	switch {
	case x.Status != Succeeded:
		r.taskFailed(t, s, &Fault{Name: errTaskFailed, Cause: string(result)})
	case len(result) > maxPayload:
		r.taskFailed(t, s, dataLimit(s.integration.resourceType))
	default:
		r.taskSucceeded(t, s, result)
	}
}

// releaseJobs stops, once the transaction has committed, the executions that no task
// of this one waits for any longer, because it was stopped or timed out.
func (r *run) releaseJobs() {
	still := r.x.jobs()
	for _, j := range r.jobs {
		if !slices.Contains(still, j) && r.tx.Get(jobTable, j.key()) != nil {
			r.engine.afterCommit(r.tx, func() error { return r.engine.releaseJob(j) })
		}
	}
}

// releaseJob stops the execution of a job that nobody waits for.
func (e *Engine) releaseJob(j job) error {
	return e.Store.Update(func(tx store.Tx) error {
		tx.Delete(jobTable, j.key())
		x, err := readExecution(tx, j.execution)
		if err != nil || x == nil || x.Status != Running {
			return err
		}
		return e.carry(tx, x, func(r *run) error {
			r.abort(nil, pointer("The Task state in AWS Step Functions execution ["+j.parent+"] which was managing this resource was aborted"))
			return nil
		})
	})
}

// resumeJobs goes on with the jobs whose end was not told before a restart.
func (e *Engine) resumeJobs(tx store.Tx) error {
	for key := range tx.Scan(jobTable, nil) {
		j, err := parseJob(key)
		if err != nil {
			return err
		}
		x, err := readExecution(tx, j.execution)
		if err != nil {
			return err
		}
		parent, err := readExecution(tx, j.parent)
		if err != nil {
			return err
		}
		switch {
		case x != nil && x.Status != Running:
			e.background(func() error { return e.finishJob(j) })
		case parent == nil || !slices.Contains(parent.jobs(), j):
			e.background(func() error { return e.releaseJob(j) })
		}
	}
	return nil
}
