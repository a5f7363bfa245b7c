package step

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
)

// latestVersion is the name of a function's unpublished version.
const latestVersion = "$LATEST"

// An aliasState is what an alias stands for.
type aliasState struct {
	arn      string
	revision string
	version  string
	weights  map[string]float64 // of the requests that go to other versions, from 0 to 1
}

// alias returns what the alias stands for now.
func (r *lambdaRollout) alias(ctx context.Context) (aliasState, error) {
	a, err := r.client.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &r.p.Function, Name: &r.p.Alias})
	if err != nil {
		return aliasState{}, r.failed("lambda:GetAlias", err)
	}
	state := aliasState{arn: aws.ToString(a.AliasArn), revision: aws.ToString(a.RevisionId), version: aws.ToString(a.FunctionVersion)}
	if a.RoutingConfig != nil {
		state.weights = a.RoutingConfig.AdditionalVersionWeights
	}
	return state, nil
}

// setAlias has percent of the alias's requests go to version and the others to the one
// before, if the alias is still as it was found.
func (r *lambdaRollout) setAlias(ctx context.Context, found aliasState, version string, percent int) error {
	in := &lambda.UpdateAliasInput{FunctionName: &r.p.Function, Name: &r.p.Alias, FunctionVersion: &version, RevisionId: &found.revision,
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}}
	if percent < 100 {
		in.FunctionVersion = &r.before.Version
		in.RoutingConfig.AdditionalVersionWeights[version] = float64(percent) / 100
	}
	if _, err := r.client.UpdateAlias(ctx, in); err != nil {
		return r.failed("lambda:UpdateAlias", err)
	}
	fmt.Fprintf(r.w.Log, "%d%% of the requests to alias %s go to version %s\n", percent, r.p.Alias, version)
	return nil
}

// unmoved is the index of the share of an alias that the attempt has not touched yet.
const unmoved = -1

// share returns the index of the share of the new version that the alias has; ok is
// false when it has none that this attempt gives it.
func (r *lambdaRollout) share(a aliasState, version string, shares []int) (i int, ok bool) {
	weight, mixed := a.weights[version]
	switch {
	case a.version == version && len(a.weights) == 0:
		return len(shares) - 1, true
	case a.version != r.before.Version:
		return 0, false
	case !mixed: // other weights are what an attempt before has left
		return unmoved, true
	}
	i = slices.Index(shares, int(math.Round(weight*100)))
	return i, i >= 0 && len(a.weights) == 1
}

// shares returns the shares that version gets one after the other, in percent.
func (r *lambdaRollout) shares(version string) []int {
	if version == r.before.Version {
		return []int{100} // nothing is to be shifted
	}
	return r.p.Shift.shares()
}

// shift moves the alias on as far as it is due, and tells whether that is all, bake
// included. If not, a timer asks for a check when the next share is due.
func (r *lambdaRollout) shift(ctx context.Context, version string) (done bool, err error) {
	shares := r.shares(version)
	for {
		// Read before the alias is: another call may move it in between.
		_, moved, err := entered[time.Time](ctx, r.journal, shareEntry(0))
		if err != nil {
			return false, err
		}
		a, err := r.alias(ctx)
		if err != nil {
			return false, err
		}
		i, ok := r.share(a, version, shares)
		if !ok || moved && i == unmoved {
			return false, permanent("AliasMoved", "somebody else has changed alias %s of function %s, which stands for version %s now; it was left as it is",
				r.p.Alias, r.p.Function, a.version)
		}
		due, err := r.due(ctx, i, i == len(shares)-1)
		switch {
		case err != nil:
			return false, err
		case r.d.Now().Before(due):
			return false, r.wake(ctx, due)
		case i == len(shares)-1:
			return true, nil
		}
		if err := r.setAlias(ctx, a, version, shares[i+1]); err != nil {
			return false, err
		}
		if over, err := r.overtaken(ctx, version); err != nil || over {
			return false, err
		}
	}
}

// overtaken tells whether another call has ended the attempt without success while this
// one moved the alias, and then takes that move back.
func (r *lambdaRollout) overtaken(ctx context.Context, version string) (bool, error) {
	result, over, err := r.journal.concluded(ctx)
	if err != nil || !over || result.Status == Succeeded {
		return false, err
	}
	a, err := r.alias(ctx)
	if err != nil {
		return false, err
	}
	return true, r.takeBack(ctx, a, version)
}

// due returns when the share at index i has held long enough, from when it was first seen.
func (r *lambdaRollout) due(ctx context.Context, i int, last bool) (time.Time, error) {
	if i == unmoved {
		return time.Time{}, nil
	}
	since, err := enter(ctx, r.journal, shareEntry(i), r.d.Now().UTC())
	if last {
		return since.Add(time.Duration(r.p.Bake)), err
	}
	return since.Add(time.Duration(r.p.Shift.Interval)), err
}

// putBack has the alias stand for the version before, if this attempt has moved it and
// nobody else since. It does so once, or fails to by a [*Failure]: afterwards the alias is
// the next attempt's, which may move it to the same version.
func (r *lambdaRollout) putBack(ctx context.Context) error {
	err := r.moveBack(ctx)
	var failure *Failure
	if err != nil && !errors.As(err, &failure) {
		return err
	}
	if _, unmarked := enter(ctx, r.journal, backEntry, r.d.Now().UTC()); unmarked != nil {
		return unmarked
	}
	return err
}

// moveBack does the work of putBack, unless that is marked as done.
func (r *lambdaRollout) moveBack(ctx context.Context) error {
	// Read before the mark is: what the next attempt does comes after the mark, and
	// what other calls do meanwhile changes the alias's revision.
	a, err := r.alias(ctx)
	if err != nil {
		return err
	}
	_, done, err := entered[time.Time](ctx, r.journal, backEntry)
	if err != nil || done {
		return err
	}
	version, known, err := entered[string](ctx, r.journal, versionEntry)
	if err != nil || !known {
		return err
	}
	return r.takeBack(ctx, a, version)
}

// takeBack has the alias, which was found so, stand for the version before, if it has a
// share that this attempt gives to version.
func (r *lambdaRollout) takeBack(ctx context.Context, a aliasState, version string) error {
	if i, ok := r.share(a, version, r.shares(version)); !ok || i == unmoved || version == r.before.Version {
		return nil
	}
	return r.setAlias(ctx, a, r.before.Version, 100)
}

// lambdaRefusals are the codes by which Lambda refuses what can't be done, whoever asks
// and however often.
func lambdaRefusals() []string {
	return []string{"CodeSigningConfigNotFoundException", "CodeStorageExceededException", "CodeVerificationFailedException", "InvalidCodeSignatureException",
		"InvalidParameterValueException", "InvalidRequestContentException", "InvalidZipFileException", "RequestTooLargeException"}
}

// failed returns what err, which came of that action, means for the attempt.
func (r *lambdaRollout) failed(action string, err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return fmt.Errorf("%s on function %s: %w", action, r.p.Function, err)
	}
	switch code := api.ErrorCode(); {
	case code == "PreconditionFailedException", code == "ResourceConflictException":
		return fmt.Errorf("%s on function %s: %w: %w", action, r.p.Function, errLambdaBusy, err)
	case code == "ResourceNotFoundException":
		return permanent("NoSuchFunction", "function %s or its alias %s is not there in environment %s; create them, or correct the names (%s)",
			r.p.Function, r.p.Alias, r.w.Environment, api.ErrorMessage())
	case slices.Contains(lambdaRefusals(), code):
		return permanent("Refused", "Lambda refuses %s on function %s: %s", action, r.p.Function, api.ErrorMessage())
	}
	return callError(err, "lambda", r.w, fmt.Sprintf("%s on function %s", action, r.p.Function))
}
