package step

import (
	"fmt"

	"slipway/shared/pipeline"
)

// A Failure says why a step failed. It is an answer, unlike other errors, which
// say that no answer could be had.
type Failure struct {
	Name      string // one word for machines, such as "NoSuchBucket"
	Cause     string // for people: the thing, what is wrong, what would be right
	Permanent bool   // another attempt would fail in the same way
}

// Error returns the name and the cause.
func (f *Failure) Error() string { return f.Name + ": " + f.Cause }

// permanent returns a failure that another attempt can't mend.
func permanent(name, format string, args ...any) *Failure {
	return &Failure{Name: name, Cause: fmt.Sprintf(format, args...), Permanent: true}
}

// transient returns a failure that another attempt may not meet.
func transient(name, format string, args ...any) *Failure {
	return &Failure{Name: name, Cause: fmt.Sprintf(format, args...)}
}

// A Problem is a parameter that a kind does not accept; it wraps [pipeline.ErrInvalid].
type Problem struct {
	Key     string // the parameter, such as "prefix"
	Message string // what is wrong
	Remedy  string // what would be right
}

// Error returns the key, the message and the remedy.
func (p *Problem) Error() string { return p.Key + ": " + p.Message + "; " + p.Remedy }

// Unwrap returns [pipeline.ErrInvalid].
func (p *Problem) Unwrap() error { return pipeline.ErrInvalid }

// failure turns a problem with resolved parameters into the step's failure.
func (p *Problem) failure() *Failure { return permanent("BadParameter", "%s", p.Error()) }
