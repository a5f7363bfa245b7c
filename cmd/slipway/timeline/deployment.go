package timeline

import "slipway/events"

// subject returns the teller of an event of which nothing but its deployment is told.
func subject(what string) teller {
	return told(func(d events.Deployment) string { return about(d, what) })
}

// about returns a line such as "storefront production 1.0.0 succeeded".
func about(d events.Deployment, what string) string {
	return line(d.Project, d.Environment+" "+d.Release+" "+what)
}

func deploymentRequested(e events.DeploymentRequested) string {
	what := "requested"
	if e.Via != "" {
		what += " by step " + e.Via
	}
	if e.Rollback != "" {
		what += ", to take " + e.Rollback + " back"
	}
	return about(e.Deployment, what)
}

func deploymentAwaiting(e events.DeploymentAwaitingApproval) string {
	return about(e.Deployment, "awaits approval by "+quorum(e.Quorum, e.Approvers))
}
