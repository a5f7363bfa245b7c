package pipeline

import "fmt"

// A Rollback says of a deployment that it takes another one back.
type Rollback struct {
	Of DeploymentID `json:"of"` // what is taken back
	To DeploymentID `json:"to"` // what was deployed before it, whose release is deployed again
}

// Rollback returns what takes back the deployment that e has now. It returns
// [ErrRefused] when there is none, or none before it. A rollback counts as the
// deployment that it goes back to: taking that back, too, goes one further.
func (e Environment) Rollback() (Rollback, error) {
	switch {
	case e.Current == nil:
		return Rollback{}, fmt.Errorf("nothing of %s was ever deployed to %s, so there is nothing to take back: %w", e.Project, e.Name, ErrRefused)
	case e.Current.Before == DeploymentID{}:
		return Rollback{}, fmt.Errorf("%s of %s is the first that was deployed to %s, so there is nothing to go back to: %w",
			e.Current.Version, e.Project, e.Name, ErrRefused)
	}
	return Rollback{Of: e.Current.Deployment, To: e.Current.Before}, nil
}

// stale tells whether what r takes back is no longer what e has.
func (r *Rollback) stale(e Environment) bool {
	return r != nil && (e.Current == nil || e.Current.Deployment != r.Of)
}

// before returns which deployment a rollback of d, which succeeds in e, goes back to.
// The same release again has nothing new to take back.
func (e Environment) before(d Deployment) DeploymentID {
	switch {
	case d.Rollback != nil:
		return d.Before // that of the one it goes back to, as it was requested
	case e.Current == nil:
		return DeploymentID{}
	case e.Current.Deployment.Release == d.ID.Release:
		return e.Current.Before
	}
	return e.Current.Deployment
}
