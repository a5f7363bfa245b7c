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
	fmt.Fprintf(t.out, "%s  %s\n", e.Time.Local().Format(time.TimeOnly), Line(e.DetailType, e.Detail))
}

// Line returns what an event tells, without its time.
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
		"package.registered": told(func(e events.PackageRegistered) string {
			return fmt.Sprintf("package %s %s registered, %s", e.Package, e.Version, short(e.Digest))
		}),
		"package.rejected": told(func(e events.PackageRejected) string {
			if e.Repository != "" {
				return fmt.Sprintf("image %s:%s rejected: %s", e.Repository, e.Tag, e.Message)
			}
			return fmt.Sprintf("object %s rejected: %s", e.Key, e.Message)
		}),
		"project.applied": told(func(e events.ProjectApplied) string {
			return fmt.Sprintf("project %s applied, %s", e.Project, short(e.Document))
		}),
		"project.rejected": told(func(e events.ProjectRejected) string {
			return fmt.Sprintf("project file %s rejected: %s", e.Key, problems(e.Problems))
		}),
		"release.created": told(func(e events.ReleaseCreated) string {
			return fmt.Sprintf("%s %s released to channel %s", e.Project, e.Release, e.Channel)
		}),
		"deployment.requested": told(func(e events.DeploymentRequested) string {
			if e.Rollback != "" {
				return about(e.Deployment, "requested, to take "+e.Rollback+" back")
			}
			return about(e.Deployment, "requested")
		}),
		"deployment.awaiting-approval": told(awaiting),
		"deployment.queued":            told(func(e events.DeploymentQueued) string { return about(e.Deployment, "queued behind "+e.Holder) }),
		"deployment.started":           subject("started"),
		"deployment.succeeded":         subject("succeeded"),
		"deployment.failed":            told(func(e events.DeploymentFailed) string { return about(e.Deployment, "failed: "+e.Error+": "+e.Cause) }),
		"deployment.cancelled":         told(func(e events.DeploymentCancelled) string { return about(e.Deployment, "cancelled: "+e.Cause) }),
		"deployment.rejected":          told(func(e events.DeploymentRejected) string { return about(e.Deployment, "rejected by "+e.By) }),
		"deployment.superseded":        told(func(e events.DeploymentSuperseded) string { return about(e.Deployment, "superseded by "+e.Successor) }),
		"approval.decided": told(func(e events.ApprovalDecided) string {
			return about(e.Deployment, fmt.Sprintf("decided: %s by %s %s", e.Decision, e.By, quoted(e.Note)))
		}),
		"step.started": told(func(e events.StepStarted) string {
			return about(e.Deployment, fmt.Sprintf("step %s (%s) started, attempt %d", e.Step, e.Kind, e.Attempt))
		}),
		"step.finished": told(finished),
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

// subject returns the teller of an event of which nothing but its deployment is told.
func subject(what string) teller {
	return told(func(d events.Deployment) string { return about(d, what) })
}

// about returns a line such as "production 1.0.0 succeeded".
func about(d events.Deployment, what string) string {
	return fmt.Sprintf("%-16s %s %s %s", d.Project, d.Environment, d.Release, what)
}

func awaiting(e events.DeploymentAwaitingApproval) string {
	input, err := json.Marshal(e.Start.Input)
	if err != nil {
		return err.Error()
	}
	return about(e.Deployment, fmt.Sprintf("awaits approval by %d of %s: start %s with\n          %s",
		e.Quorum, strings.Join(e.Approvers, ", "), e.Start.StateMachine[strings.LastIndex(e.Start.StateMachine, ":")+1:], input))
}

func finished(e events.StepFinished) string {
	if e.Error != "" {
		return about(e.Deployment, fmt.Sprintf("step %s failed: %s: %s", e.Step, e.Error, e.Cause))
	}
	return about(e.Deployment, fmt.Sprintf("step %s succeeded", e.Step))
}

func problems(all []events.Problem) string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
	}
	return strings.Join(texts, "; ")
}

// short returns the first digits of a digest.
func short(digest string) string { return digest[:min(len(digest), len("sha256:")+12)] }

func quoted(note string) string {
	if note == "" {
		return ""
	}
	return fmt.Sprintf("%q", note)
}
