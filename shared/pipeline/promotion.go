package pipeline

import "slices"

// Due returns the environments that a release enters by itself now: those of the
// first phase, and of each phase whose predecessor the release has passed, as far
// as the phases are automatic and the release was never sent there before.
// Deployments are all deployments of the release.
func (l Lifecycle) Due(deployments []Deployment) []string {
	var due []string
	for i, phase := range l.Phases {
		if i > 0 && !l.Phases[i-1].Passed(deployments) {
			break
		}
		if phase.Entry != EntryAutomatic {
			continue
		}
		for _, e := range phase.Environments {
			if !slices.ContainsFunc(deployments, func(d Deployment) bool { return d.ID.Environment == e }) {
				due = append(due, e)
			}
		}
	}
	return due
}

// Passed tells whether a release with these deployments has succeeded in every
// environment of p.
func (p Phase) Passed(deployments []Deployment) bool { return len(p.Missing(deployments)) == 0 }

// Missing returns the environments of p in which a release with these
// deployments has not succeeded.
func (p Phase) Missing(deployments []Deployment) []string {
	var missing []string
	for _, e := range p.Environments {
		if _, ok := FirstSuccess(deployments, e); !ok {
			missing = append(missing, e)
		}
	}
	return missing
}

// FirstSuccess returns the earliest deployment that succeeded in environment.
func FirstSuccess(deployments []Deployment, environment string) (first Deployment, ok bool) {
	for _, d := range deployments {
		if d.ID.Environment == environment && d.Status == StatusSucceeded && (!ok || d.FinishedAt.Before(first.FinishedAt)) {
			first, ok = d, true
		}
	}
	return first, ok
}

// NextAttempt returns the number of the next attempt to deploy to environment,
// and the attempt that is under way there, if one is.
func NextAttempt(deployments []Deployment, environment string) (attempt int, active *Deployment) {
	attempt = 1
	for _, d := range deployments {
		if d.ID.Environment != environment {
			continue
		}
		attempt = max(attempt, d.ID.Attempt+1)
		if !d.Status.Terminal() {
			active = &d
		}
	}
	return attempt, active
}
