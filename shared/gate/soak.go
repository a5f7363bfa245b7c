package gate

import (
	"fmt"
	"time"

	"slipway/shared/pipeline"
)

// soak holds a release back until it has run for a while in every environment of
// the phase before. The time counts from its first success there.
type soak struct{}

func (soak) Name() string { return "soak" }

func (soak) Judge(s Situation, _ string) (Verdict, bool) {
	_, before := s.phase()
	if before == nil || before.Soak == 0 || s.Deployment.Rollback != nil { // what goes back has run before
		return Verdict{}, false
	}
	v := Verdict{State: Open, Requires: fmt.Sprintf("release %s has run for %s in phase %s", s.Release.Version, before.Soak, before.Name)}
	for _, e := range before.Environments {
		if d, ok := pipeline.FirstSuccess(s.Deployments, e); ok && d.FinishedAt.Add(before.Soak).After(v.Until) {
			v.Until = d.FinishedAt.Add(before.Soak)
		}
	}
	if !v.Until.After(s.Now) {
		v.Until = time.Time{}
		return v, true
	}
	v.State = Waiting
	v.Reason = "until " + v.Until.UTC().Format(time.RFC3339)
	return v, true
}
