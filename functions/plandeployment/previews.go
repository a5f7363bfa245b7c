package plandeployment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/step"
)

// A Previewer tells what an attempt at a step would change; ready is false while that is
// being found out. The error is a [*step.Failure] when the step itself would fail.
type Previewer interface {
	Preview(ctx context.Context, kind string, w step.Work) (lines []string, ready bool, err error)
}

// Previews are asked for again after previewInterval, for at most previewLimit.
const (
	previewInterval = 5 * time.Second
	previewLimit    = 5 * time.Minute
)

// preview returns p with what its steps would change; ready is false while that is being
// found out, which began at since. A deployment that has to wait for something else, or
// can't start, isn't previewed: what is shown is to be what is done.
func (h *Handler) preview(ctx context.Context, d pipeline.Deployment, p planning.Proposal, since time.Time) (previewed planning.Proposal, ready bool, err error) {
	steps := planning.Previewed(p.Plan)
	if v, ok := gate.First(p.Verdicts); len(steps) == 0 || ok && v.State != gate.Approval {
		return p, true, nil
	}
	var pending []string
	previews := map[string][]string{}
	for _, s := range steps {
		// Each is asked, so that what takes its time goes on for all of them at once.
		lines, found, err := h.previewer.Preview(ctx, s.Kind, planning.Work(p.Plan, s, 1, d.RequestedBy))
		if err = h.patient(err, since); err != nil {
			return p, false, fmt.Errorf("preview step %s of %s: %w", s.Name, d.ID, err)
		}
		if !found {
			pending = append(pending, s.Name)
		}
		previews[s.Name] = lines
	}
	switch {
	case len(pending) == 0:
		p, err = p.WithPreviews(previews)
		return p, true, err
	case h.late(since):
		return p, false, fmt.Errorf("preview %s: what the steps %q would change was not found out within %s; see what keeps AWS from telling it, and promote the release again: %w",
			d.ID, pending, previewLimit, pipeline.ErrRefused)
	}
	return p, false, nil
}

// patient returns nil for a failure of a step that time may mend, while there is time,
// and [pipeline.ErrRefused] for any other failure of it.
func (h *Handler) patient(err error, since time.Time) error {
	var failure *step.Failure
	switch {
	case !errors.As(err, &failure):
		return err
	case !failure.Permanent && !h.late(since):
		return nil
	}
	return fmt.Errorf("%w (promote the release again once that is mended): %w", failure, pipeline.ErrRefused)
}

// late tells whether the previews have been asked for long enough, since then.
func (h *Handler) late(since time.Time) bool {
	return !since.IsZero() && !h.now().Before(since.Add(previewLimit))
}
