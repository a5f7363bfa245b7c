package gate

import (
	"fmt"
	"strings"
)

// phase holds a release back until it has passed the phase before.
type phase struct{}

func (phase) Name() string { return "phase" }

func (phase) Judge(s Situation, _ string) (Verdict, bool) {
	entered, before := s.phase()
	v := Verdict{State: Open}
	switch {
	case entered == nil:
		v.State = Closed
		v.Requires = fmt.Sprintf("%s is in the lifecycle %s of channel %s", s.Deployment.ID.Environment, s.Lifecycle.Name, s.Release.Channel)
		v.Reason = "it is not"
		return v, true
	case before == nil:
		return Verdict{}, false
	}
	v.Requires = fmt.Sprintf("release %s has succeeded in %s", s.Release.Version, strings.Join(before.Environments, ", "))
	if missing := before.Missing(s.Deployments); len(missing) > 0 {
		v.State = Closed
		v.Reason = fmt.Sprintf("it has not in %s", strings.Join(missing, ", "))
	}
	return v, true
}
