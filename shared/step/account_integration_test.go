//go:build integration

package step_test

import (
	"testing"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

// An account is an outpost with resources of its own.
type account struct {
	*outpost
	name string // of this test's resources, and of its execution
}

// inAccount returns hold with an account of its own.
func inAccount(hold func(a *account)) func(*testing.T) {
	return emulated(posted(func(o *outpost) { hold(&account{o, integration.Name(o.t)}) }))
}

// start starts the kind with the parameters in the first attempt of this test's step.
func (a *account) start(kind, with string) (step.Outcome, error) { return a.another(1, kind, with) }

// another starts the kind in the attempt of that number.
func (a *account) another(number int, kind, with string) (step.Outcome, error) {
	w := attempt(a.name, with)
	w.Attempt = number
	return a.runner.Start(a.t.Context(), kind, w)
}
