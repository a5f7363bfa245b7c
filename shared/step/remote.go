package step

import (
	"context"

	"slipway/events"
)

// A Remote kind starts work that goes on elsewhere and tells of its end by an event.
//
// [Runner] keeps, as soon as Start has returned, which attempt a work belongs to, and
// then checks it once: an event that came before that was kept is not missed. A work
// is checked again at each event that may tell of its end; what the check finds at the
// service counts, never what the event says.
type Remote interface {
	Kind
	// Works returns the names (see [Outcome].Work) of the works whose end e may tell,
	// and the names that attempts watch (see [Outcome].Watch) and that e is about; none
	// when e is not for this kind. A name of the second sort may lead to any number of
	// attempts: each is checked under the name of its latest work. Events are those of
	// routes.go in the stack.
	Works(e events.Raw) []string
	// Check returns how far the named work of the attempt w has come: done, gone on
	// to a next part (whose name is in the outcome), or going on. It may be called any
	// number of times, in parallel too, and then repeats nothing that would show.
	// The errors are those of Start.
	Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error)
	// Cancel asks for an early end of the named work, which is then told by its event
	// and by Check. It returns nil when the work has ended.
	Cancel(ctx context.Context, d Dependencies, w Work, name string) error
}

// A Privileged kind acts on AWS, in the place of the environment, with the rights of
// its deploy role.
type Privileged interface {
	Kind
	// Services returns the AWS services that it calls in the environment's place, by
	// the names under which requests are signed, such as "ecs"; sorted.
	Services() []string
	// Permissions returns what the deploy role of an environment allows that lets steps
	// of this kind act there.
	Permissions() []Permission
}

// A Permission is a statement of a deploy role.
type Permission struct {
	Actions []string // such as "ecs:UpdateService"; sorted
	// Resources are ARNs in which {partition}, {region} and {account} stand for the
	// environment's place and {name} for each of the names that the platform file
	// allows to the kind there (allow: { ecs: [storefront/web] }); {name.1} and {name.2}
	// are what stands before and after the first slash of it. {role} stands for each
	// of the roles that it allows to be handed on (allow: { roles: […] }). "*" only
	// where IAM knows nothing narrower.
	Resources []string
	// Condition holds further conditions, by operator and key, such as
	// {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}.
	Condition map[string]map[string]string
	Why       string // for "*": why nothing narrower will do
}
