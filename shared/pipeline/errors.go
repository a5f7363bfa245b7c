// Package pipeline is the domain of a release manager: packages, projects,
// releases, lifecycles, deployments, approvals, and the rules that bind them. It
// knows nothing of AWS.
package pipeline

import "errors"

// The errors that callers tell apart with [errors.Is]. A message that wraps one
// names the thing, what is wrong with it and what would be right.
var (
	// ErrInvalid tells that a value breaks a rule whatever the state of the system.
	ErrInvalid = errors.New("invalid")
	// ErrNotFound tells that the named thing does not exist.
	ErrNotFound = errors.New("not found")
	// ErrConflict tells that the thing was changed since it was read; reading it
	// again and deciding anew is the remedy.
	ErrConflict = errors.New("changed since it was read")
	// ErrRefused tells that a gate or a right stands against the request.
	ErrRefused = errors.New("refused")
	// ErrEnded tells that the deployment has reached a terminal status.
	ErrEnded = errors.New("already ended")
)
