package codebuild

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"time"

	"slipway/infra/local/store"
)

// The statuses of a build.
const (
	statusInProgress = "IN_PROGRESS"
	statusSucceeded  = "SUCCEEDED"
	statusFailed     = "FAILED"
	statusFault      = "FAULT"
	statusTimedOut   = "TIMED_OUT"
	statusStopped    = "STOPPED"
)

// The phases that a build is seen in.
const (
	phaseQueued    = "QUEUED"
	phaseBuild     = "BUILD"
	phaseCompleted = "COMPLETED"
)

type build struct {
	ID        string // project:uuid
	Project   string
	Number    int64
	Status    string
	Phase     string
	Context   string     // why it ended so
	Variables []Variable // the project's and the request's
	Overrides []Variable // the request's alone, to know a repeated request by
	Minutes   int        // time-out
	Machine   machine
	Token     string // the idempotency token of the request
	Initiator string
	Started   time.Time
	Ended     time.Time
	Began     bool // its command has been started
	Stopping  bool // somebody has asked for its end
}

func readBuild(tx store.Tx, id string) (build, error) {
	b, err := store.GetJSON[build](tx, buildTable, []byte(id))
	switch {
	case err != nil:
		return build{}, fmt.Errorf("read build %s: %w", id, err)
	case b == nil:
		return build{}, resourceNotFound("Build %s does not exist", id)
	}
	b.Machine = b.Machine.withDefaults()
	return *b, nil
}

// create writes a new build of p and has it begin once the transaction has committed.
func (e *Engine) create(tx store.Tx, p project, b build) (build, error) {
	p.Builds++
	b.ID, b.Number = p.Name+":"+e.NewID(), p.Builds
	b.Project, b.Started = p.Name, e.Clock.Now()
	b.Status, b.Phase = statusInProgress, phaseQueued
	if err := store.PutJSON(tx, projectTable, []byte(p.Name), p); err != nil {
		return build{}, err
	}
	tx.Put(numberTable, numberKey(p.Name, b.Number), []byte(b.ID))
	tx.Put(activeTable, []byte(b.ID), nil)
	if err := store.PutJSON(tx, buildTable, []byte(b.ID), b); err != nil {
		return build{}, err
	}
	e.Changed(tx, e.stateChange(b))
	e.schedule(tx, b.ID)
	return b, nil
}

// finish gives b its last status.
func (e *Engine) finish(tx store.Tx, b build, status, why string) error {
	b.Status, b.Phase, b.Context, b.Ended = status, phaseCompleted, why, e.Clock.Now()
	tx.Delete(activeTable, []byte(b.ID))
	if err := store.PutJSON(tx, buildTable, []byte(b.ID), b); err != nil {
		return err
	}
	e.Changed(tx, e.stateChange(b))
	return nil
}

// activeBuilds returns the ids of the builds in progress.
func activeBuilds(tx store.Tx) []string {
	var ids []string
	for key := range tx.Scan(activeTable, nil) {
		ids = append(ids, string(key))
	}
	return ids
}

func numberKey(project string, number int64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(project), 0), uint64(number))
}

// latest yields the builds of a project, the newest first, from the given number down.
func latest(tx store.Tx, project string, from int64) iter.Seq2[build, error] {
	return func(yield func(build, error) bool) {
		first := numberKey(project, 0)
		for key, id := range tx.ScanBack(numberTable, numberKey(project, from)) {
			if slices.Compare(key, first) < 0 {
				return
			}
			if b, err := readBuild(tx, string(id)); !yield(b, err) || err != nil {
				return
			}
		}
	}
}
