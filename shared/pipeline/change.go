package pipeline

import "slipway/events"

// A Chain is one sequence of audit records, each bound to the one before it by
// hash. Everything that happens to a project is in one chain, everything that
// happens to a package in another, so that chains don't contend with each other.
// Whoever writes to a chain has seen its end: that makes it the project's (or the
// package's) one line of history.
type Chain string

// IntakeChain records refusals of objects whose key names no package and no project.
const IntakeChain Chain = "intake"

// ProjectChain returns the chain of a project.
func ProjectChain(project string) Chain { return Chain("project/" + project) }

// PackageChain returns the chain of a package.
func PackageChain(name string) Chain { return Chain("package/" + name) }

// A Change is what one decision writes: the nouns that it changes and the events
// that tell of it, in one transaction. A change that is no transition, such as a
// new token for the same wait, has no events.
type Change struct {
	By     string // who caused it
	Events []events.Event

	Packages     []Package
	Rejections   []Rejection
	Project      *AppliedProject
	Release      *Release
	Deployments  []Deployment
	Environments []Environment
	Steps        []StepRun

	Runbooks  []RunbookState
	Runs      []Run
	Occasions []Occasion
	Forgotten []ForgottenRun
}

// A ForgottenRun is a run that is kept no longer; it must have ended.
type ForgottenRun struct {
	Run   RunID
	Steps []string // names of its steps
	// StepsOnly leaves the run itself for a later change: one write has no room for
	// the run and all its steps.
	StepsOnly bool
}

// An AppliedProject is a project whose file takes effect.
type AppliedProject struct {
	Record     ProjectRecord
	Source     []byte             // the file
	References []PackageReference // its packages
	Dropped    []string           // packages that the project no longer has
	Abandoned  []Source           // sources that the project no longer has
}

// Empty tells whether c writes nothing.
func (c Change) Empty() bool {
	return len(c.Events)+len(c.Packages)+len(c.Rejections)+len(c.Deployments)+len(c.Environments)+len(c.Steps)+
		len(c.Runbooks)+len(c.Runs)+len(c.Occasions)+len(c.Forgotten) == 0 &&
		c.Project == nil && c.Release == nil
}
