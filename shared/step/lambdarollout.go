package step

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// A lambdaRollout is one attempt to bring a package to a function's alias.
type lambdaRollout struct {
	d       Dependencies
	w       Work
	p       lambdaParameters
	code    Artifact
	client  *lambda.Client
	journal journal
	before  lambdaBefore // once begun
}

// A lambdaBefore is what an attempt finds when it begins.
type lambdaBefore struct {
	At       time.Time `json:"at"`
	Version  string    `json:"version"` // that the alias stands for
	AliasARN string    `json:"aliasArn"`
}

// The names of the entries of the journal.
const (
	beforeEntry  = "before"  // a lambdaBefore
	uploadEntry  = "upload"  // the time at which the code was given to Lambda
	versionEntry = "version" // the version that was published
	backEntry    = "back"    // the time from which on the alias is no longer the attempt's
)

// shareEntry names the entry of the time from which on the share at index i has held.
func shareEntry(i int) string { return fmt.Sprintf("share-%d", i) }

// openLambdaRollout returns the attempt w, as far as it is begun. The error is a
// permanent [*Failure] when the parameters can't be used.
func openLambdaRollout(ctx context.Context, d Dependencies, w Work) (*lambdaRollout, error) {
	p, problem := parseLambda(w.With)
	if problem == nil {
		problem = p.checkResolved(w.Timeout)
	}
	if problem != nil {
		return nil, problem.failure()
	}
	code, ok := w.Packages[p.Package]
	if !ok {
		return nil, permanent("NoSuchPackage", "release %s has no package %s; add it to the project file's packages", w.Release, p.Package)
	}
	c, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return nil, err
	}
	r := &lambdaRollout{d: d, w: w, p: p, code: code, client: lambda.NewFromConfig(c), journal: journalOf(d, w)}
	r.before, _, err = entered[lambdaBefore](ctx, r.journal, beforeEntry)
	return r, err
}

// begin writes down what the alias stands for, unless an earlier call has.
func (r *lambdaRollout) begin(ctx context.Context) error {
	if r.before.Version != "" {
		return nil
	}
	alias, err := r.alias(ctx)
	if err != nil {
		return err
	}
	if alias.version == latestVersion {
		return permanent("UnversionedAlias", "alias %s of function %s stands for %s, so that there is no version to go back to; point it to a published version",
			r.p.Alias, r.p.Function, latestVersion)
	}
	if err := r.p.Alarms.look(ctx, r.d, r.w); err != nil {
		return err
	}
	r.before, err = enter(ctx, r.journal, beforeEntry, lambdaBefore{At: r.d.Now().UTC(), Version: alias.version, AliasARN: alias.arn})
	return err
}

// end is when the time of the attempt is over.
func (r *lambdaRollout) end() time.Time { return r.before.At.Add(r.w.Timeout) }

// advance brings the attempt as far as it can get now, and returns how it has ended; known
// is false when it goes on. A failure is such an end, and so no error.
func (r *lambdaRollout) advance(ctx context.Context) (result Result, known bool, err error) {
	outputs, err := r.proceed(ctx)
	var failure *Failure
	if err != nil && !errors.As(err, &failure) || outputs == nil && err == nil {
		return Result{}, false, err
	}
	result, err = r.journal.conclude(ctx, r.d.Now(), outputs, failure)
	return result, err == nil, err
}

// proceed does the next parts of the attempt and returns its outputs once it is done,
// and nil when it waits for a timer.
func (r *lambdaRollout) proceed(ctx context.Context) (outputs map[string]string, err error) {
	if !r.d.Now().Before(r.end()) {
		return nil, transient("TimedOut", "function %s was not updated within %s; raise the step's timeout", r.p.Function, r.w.Timeout)
	}
	version, err := r.publish(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.p.Alarms.look(ctx, r.d, r.w); err != nil {
		return nil, err
	}
	done, err := r.shift(ctx, version)
	if err != nil || !done {
		return nil, err
	}
	fmt.Fprintf(r.w.Log, "alias %s stands for version %s\n", r.p.Alias, version)
	return map[string]string{"version": version, "alias-arn": r.before.AliasARN, "previous-version": r.before.Version}, nil
}

// errLambdaBusy tells that Lambda is at something, or that another call was faster: what
// was tried is to be tried again soon.
var errLambdaBusy = errors.New("function is being changed")

// lambdaPause is the time until then. Lambda sends no event when it has updated a
// function, which takes it seconds; timers, though, come up to a minute late.
const lambdaPause = 5 * time.Second

// again asks for another check soon if err says that Lambda is busy or that it was asked
// too often, and otherwise returns err: timers bring the attempt on, and one whose check
// fails does not come again.
func (r *lambdaRollout) again(ctx context.Context, err error) error {
	if !errors.Is(err, errLambdaBusy) && !throttled(err) {
		return err
	}
	return r.wake(ctx, r.d.Now().Add(lambdaPause))
}

// wake asks for a check at t, and at the latest when the time of the attempt is over.
func (r *lambdaRollout) wake(ctx context.Context, t time.Time) error {
	if end := r.end(); r.d.Now().Before(end) && end.Before(t) {
		t = end
	}
	if err := r.d.Timers.Set(ctx, "lambda", attemptName(r.w), t); err != nil {
		return fmt.Errorf("set timer of step %s of %s: %w", r.w.Step, r.w.Execution, err)
	}
	return nil
}
