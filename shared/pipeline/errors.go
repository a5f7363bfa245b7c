// Package pipeline is the domain of a release manager: packages, projects,
// releases, lifecycles, deployments, approvals, and the rules that bind them. It
// knows nothing of AWS.
package pipeline

import (
	"errors"
	"strings"
)

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
	// ErrEnded tells that the deployment or the run has reached a terminal status.
	ErrEnded = errors.New("already ended")
	// ErrCancelling tells that somebody wants the deployment or the run to end.
	ErrCancelling = errors.New("being cancelled")
)

// Message returns the text of err for people: without the name of the sentinel at
// its end, which tells programs what the text has told already; "not found" stays,
// as there it is all that is told.
func Message(err error) string {
	text := err.Error()
	for _, sentinel := range []error{ErrInvalid, ErrConflict, ErrRefused, ErrEnded, ErrCancelling} {
		if trimmed, ok := strings.CutSuffix(text, ": "+sentinel.Error()); ok {
			return trimmed
		}
	}
	return text
}
