package stepfunctions

import "fmt"

// choose leaves a Choice state by the first rule whose condition holds, or by its default.
func (r *run) choose(t *thread, s *state) {
	for i, c := range s.choices {
		field := fmt.Sprintf("Choices[%d]/", i)
		holds, fault := r.evaluateTyped(scope{run: r, thread: t}, field+"Condition", c.condition, isBoolean)
		if fault != nil {
			r.fail(t, fault)
			return
		}
		if string(holds) == "true" {
			r.leave(t, exit{field: field, next: c.next, output: c.output, assign: c.assign, value: t.Input})
			return
		}
	}
	if s.otherwise == "" {
		r.fail(t, r.because(t, errNoChoiceMatched, "Failed to transition out of the state. No choice matched and there is no default."))
		return
	}
	r.leave(t, exit{next: s.otherwise, output: s.output, assign: s.assign, value: t.Input})
}

// failState ends the thread of a Fail state.
func (r *run) failState(t *thread, s *state) {
	var f Fault
	var fault *Fault
	if s.errorName != nil {
		if f.Name, fault = r.string(scope{run: r, thread: t}, "Error", s.errorName); fault != nil {
			r.fail(t, fault)
			return
		}
	}
	if s.cause != nil {
		if f.Cause, fault = r.string(scope{run: r, thread: t}, "Cause", s.cause); fault != nil {
			r.fail(t, fault)
			return
		}
	}
	r.fail(t, &f)
}
