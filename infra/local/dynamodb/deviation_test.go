package dynamodb_test

// A deviation is one way in which the reference answers other than the engine.
type deviation struct {
	name    string // by which cases refer to it
	what    string // how the engine answers, and how the reference does
	because string // why that stays
	// amend makes of the reference's answer what it would be without the deviation, if
	// it shows it; nil where only cases of the table show it.
	amend func(*exchange)
	// parts tells that after it the tables of the two may differ.
	parts bool
}

// An exchange is a step with the answers of both.
type exchange struct {
	step
	ours, theirs answer
}

// answered returns the bodies of both where neither is an error.
func (e *exchange) answered() (ours, theirs object, both bool) {
	if e.ours.Error != "" || e.theirs.Error != "" {
		return nil, nil, false
	}
	return e.ours.Body.(object), e.theirs.Body.(object), true
}
