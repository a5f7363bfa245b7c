package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"slipway/events"
)

//go:embed schemas/lambda.json
var lambdaSchema string

// lambdaFunction publishes a version of a Lambda function from a package and moves an
// alias to it, at once or by and by.
//
// An attempt has one work, of the attempt's own name. How far it has come is read from
// the alias, which says what share of the requests goes to the new version; the
// attempt's journal holds what the alias stood for before, the version, and since when
// each share has held. So a check goes on wherever an earlier one was cut off.
type lambdaFunction struct{}

// Name implements [Kind].
func (lambdaFunction) Name() string { return "lambda" }

// Schema implements [Kind].
func (lambdaFunction) Schema() []byte { return []byte(lambdaSchema) }

// References implements [Kind].
func (lambdaFunction) References(with json.RawMessage) (References, error) {
	p, problem := parseLambda(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Artifacts: []string{p.Package}, Templates: append([]Template{
		{Key: "function", Text: p.Function}, {Key: "alias", Text: p.Alias},
	}, p.Alarms.templates()...)}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Timeout implements [Timed].
func (lambdaFunction) Timeout(with json.RawMessage) (time.Duration, bool) {
	p, problem := parseLambda(with)
	if problem != nil || p.length() == 0 {
		return 0, false
	}
	return p.length() + lambdaMargin, true
}

// Services implements [Privileged].
func (lambdaFunction) Services() []string { return []string{"lambda", "monitoring"} }

// Permissions implements [Privileged].
func (lambdaFunction) Permissions() []Permission {
	return append([]Permission{{
		Actions: []string{"lambda:GetAlias", "lambda:GetFunction", "lambda:PublishVersion", "lambda:UpdateAlias", "lambda:UpdateFunctionCode"},
		Resources: []string{
			"arn:{partition}:lambda:{region}:{account}:function:{name}",
			"arn:{partition}:lambda:{region}:{account}:function:{name}:*",
		},
	}}, alarm{}.Permissions()...)
}

// Start implements [Kind]: it looks whether the step can be done and writes down what
// the alias stands for, before anything changes.
func (lambdaFunction) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	r, err := openLambdaRollout(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	if err := r.begin(ctx); err != nil {
		return Outcome{}, err
	}
	return Outcome{Work: attemptName(w), Watch: r.p.Alarms}, nil
}

// Works implements [Remote]: the name of the alarm that has changed. Of anything else
// that the kind waits for, Lambda sends no event, so timers ask for those checks.
func (lambdaFunction) Works(e events.Raw) []string { return alarm{}.Works(e) }

// Check implements [Remote].
func (lambdaFunction) Check(ctx context.Context, d Dependencies, w Work, _ string) (Outcome, error) {
	r, err := openLambdaRollout(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	result, known, err := r.journal.concluded(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if !known {
		if late, err := over(ctx, d, w); err != nil || late {
			return Outcome{}, err
		}
		if result, known, err = r.advance(ctx); err != nil || !known {
			return Outcome{}, r.again(ctx, err)
		}
	}
	if err := result.Err(); err != nil {
		if undone := r.putBack(ctx); undone != nil {
			return Outcome{}, r.again(ctx, unlessFailure(undone, result))
		}
		return Outcome{}, err
	}
	return Outcome{Done: true, Outputs: result.Outputs}, nil
}

// unlessFailure returns undone, an error of putting the alias back, unless it is a
// [*Failure]: then the step fails as it has, and its cause says that too.
func unlessFailure(undone error, result Result) error {
	var failure *Failure
	if !errors.As(undone, &failure) {
		return undone
	}
	return &Failure{Name: result.Error, Cause: fmt.Sprintf("%s; and the alias could not be put back: %s", result.Cause, failure), Permanent: result.Permanent}
}

// Cancel implements [Remote]: the alias goes back to the version before, and a check
// finds the attempt cancelled.
func (lambdaFunction) Cancel(ctx context.Context, d Dependencies, w Work, _ string) error {
	r, err := openLambdaRollout(ctx, d, w)
	if err != nil {
		return err
	}
	result, err := r.journal.conclude(ctx, d.Now(), nil, permanent("Cancelled", "the step was cancelled, and alias %s of function %s was put back", r.p.Alias, r.p.Function))
	if err != nil || result.Status == Succeeded {
		return err
	}
	if err := r.putBack(ctx); err != nil {
		return err
	}
	return r.wake(ctx, d.Now())
}
