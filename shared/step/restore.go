package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"time"

	"slipway/events"
)

//go:embed schemas/restore.json
var restoreSchema string

// restoreJob has AWS Backup restore a recovery point to a copy, holds the copy against
// what is expected, keeps the evidence, and deletes the copy unless it is to be kept.
//
// Its work has three parts: the job, named by its id; the verification, and the deletion
// of the copy, whose names are that id after "verify/" and "delete/". The evidence
// decides: it is written once, and says whether the restore was proven and whether the
// copy stays, whichever call comes next.
type restoreJob struct{}

// Name implements [Kind].
func (restoreJob) Name() string { return "restore" }

// Schema implements [Kind].
func (restoreJob) Schema() []byte { return []byte(restoreSchema) }

// References implements [Kind].
func (restoreJob) References(with json.RawMessage) (References, error) {
	p, problem := parseRestore(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: p.templates()}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Timeout implements [Timed].
func (restoreJob) Timeout(json.RawMessage) (time.Duration, bool) { return backupTimeout, true }

// Start implements [Kind].
func (restoreJob) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	r, err := newRestoring(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	return r.start(ctx)
}

// Works implements [Remote]. Per the AWS Backup developer guide, the event is "Restore
// Job State Change", best effort and every five minutes.
func (restoreJob) Works(e events.Raw) []string {
	var detail struct {
		Job string `json:"restoreJobId"`
	}
	return backupEvent(e, "Restore Job State Change", &detail, &detail.Job)
}

// Check implements [Remote].
func (k restoreJob) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	r, err := newRestoring(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	outcome, err := r.check(ctx, name)
	if err != nil || !outcome.Done && outcome.Work == "" {
		return outcome, err
	}
	return outcome, d.Timers.Clear(ctx, k.Name(), name)
}

// Cancel implements [Remote]. AWS Backup stops no restore job: when it has ended, its
// event leads to the deletion of the copy, since the evidence says so.
func (restoreJob) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	r, err := newRestoring(ctx, d, w)
	if err != nil {
		return err
	}
	return r.cancel(ctx, name)
}
