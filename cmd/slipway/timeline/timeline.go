// Package timeline tells Slipway's events to people, one line each.
package timeline

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"slipway/events"
	"slipway/infra/local/eventbridge"
)

// A Timeline prints events as they happen.
type Timeline struct {
	mu  sync.Mutex
	out io.Writer
}

// New returns a timeline that prints to out.
func New(out io.Writer) *Timeline { return &Timeline{out: out} }

// Observe prints e if it is one of Slipway's own; it may be called concurrently.
func (t *Timeline) Observe(_ string, e eventbridge.Event) {
	if e.Source != events.Source {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "%s  %s%s\n", e.Time.Local().Format(time.TimeOnly), Line(e.DetailType, e.Detail), remedy(e.Detail))
}

// Line returns what an event tells, without its time. An event whose type is not
// known is told by its type alone.
func Line(detailType string, detail []byte) string {
	noun := strings.TrimSuffix(detailType, ".v1")
	tell, ok := lines()[noun]
	if !ok {
		return noun
	}
	text, err := tell(detail)
	if err != nil {
		return fmt.Sprintf("%s: %s", noun, err)
	}
	return text
}

// A teller puts the detail of an event into words.
type teller func(detail []byte) (string, error)

// lines returns how each event is told.
func lines() map[string]teller {
	return map[string]teller{
		"package.registered":           told(packageRegistered),
		"package.rejected":             told(packageRejected),
		"project.applied":              told(projectApplied),
		"project.rejected":             told(projectRejected),
		"release.created":              told(releaseCreated),
		"deployment.requested":         told(deploymentRequested),
		"deployment.awaiting-approval": told(deploymentAwaiting),
		"deployment.queued":            told(func(e events.DeploymentQueued) string { return about(e.Deployment, "queued behind "+e.Holder) }),
		"deployment.started":           subject("started"),
		"deployment.succeeded":         subject("succeeded"),
		"deployment.failed":            told(func(e events.DeploymentFailed) string { return about(e.Deployment, "failed: "+e.Error+": "+e.Cause) }),
		"deployment.cancelling":        told(func(e events.DeploymentCancelling) string { return about(e.Deployment, "is to end: "+e.Cause) }),
		"deployment.cancelled":         told(func(e events.DeploymentCancelled) string { return about(e.Deployment, "cancelled: "+e.Cause) }),
		"deployment.rejected":          told(func(e events.DeploymentRejected) string { return about(e.Deployment, "rejected by "+e.By) }),
		"deployment.superseded":        told(func(e events.DeploymentSuperseded) string { return about(e.Deployment, "superseded by "+e.Successor) }),
		"approval.decided":             told(approvalDecided),
		"step.started":                 told(stepStarted),
		"step.awaiting-approval":       told(stepAwaiting),
		"step.finished":                told(stepFinished),
		"runbook.requested":            told(runRequested),
		"runbook.started":              told(runStarted),
		"runbook.cancelling":           told(func(e events.RunbookCancelling) string { return aboutRun(e.Run, "is to end: "+e.Cause) }),
		"runbook.finished":             told(runFinished),
		"runbook.skipped":              told(runSkipped),
		"runbook.published":            told(runbookPublished),
		"runbook.paused":               told(runbookPaused),
		"runbook.resumed":              told(func(e events.RunbookResumed) string { return line(e.Project, "runbook "+e.Runbook+" resumed") }),
	}
}

// told returns the teller of events of type E.
func told[E any](tell func(E) string) teller {
	return func(detail []byte) (string, error) {
		var e E
		if err := json.Unmarshal(detail, &e); err != nil {
			return "", err
		}
		return tell(e), nil
	}
}

// line returns a line about a project.
func line(project, what string) string { return fmt.Sprintf("%-16s %s", project, what) }

// short returns the first digits of a digest.
func short(digest string) string { return digest[:min(len(digest), len("sha256:")+12)] }

// quoted returns a note behind a space, or nothing when there is none.
func quoted(note string) string {
	if note == "" {
		return ""
	}
	return fmt.Sprintf(" %q", note)
}
