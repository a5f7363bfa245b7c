package workflows_test

import "testing"

func TestADeploymentOfOneStepStaysWithinItsBudget(t *testing.T) {
	const maxTransitions, maxInvocations = 8, 5
	p, err := readPath("testdata/deploy/one-step.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := walkPath(t, "deploy", p)
	w.checkEnd()
	if n := w.engine.Transitions(w.execution); n > maxTransitions {
		t.Errorf("%d state transitions, want at most %d", n, maxTransitions)
	}
	if w.calls > maxInvocations {
		t.Errorf("%d Lambda invocations, want at most %d", w.calls, maxInvocations)
	}
}
