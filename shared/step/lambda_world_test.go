package step_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	watch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// A lambdaWorld is an environment with one Lambda function, storefront-api, whose alias
// live stands for version 6. It takes one look at an update until that is done.
type lambdaWorld struct {
	*place
	code     step.Artifact // the package api
	latest   string        // what is not published: base64 of a hash, or an image
	versions []string      // published code, from version 6 on
	kind     types.PackageType
	updating bool // until it is looked at
	stuck    bool // updating never ends
	reason   string
	alias    string // the version it stands for
	weights  map[string]float64
	revision int
	alarms   map[string]watch.StateValue
	uploads  []*lambda.UpdateFunctionCodeInput
	moves    []string // of the alias, with the time since the beginning
	began    time.Time
	fail     int // the number of the call that takes effect, and whose answer is lost
}

func newLambdaWorld(t *testing.T) *lambdaWorld {
	p := newPlace(t)
	w := &lambdaWorld{place: p, code: p.push("main.go", "package main"), latest: "old", versions: []string{"old"}, kind: types.PackageTypeZip,
		alias: "6", alarms: map[string]watch.StateValue{"errors": watch.StateValueOk}, began: p.now}
	p.answer = w.reply
	p.runner = step.New(step.Dependencies{Objects: p.objects, Accounts: p, Timers: p, WorkBucket: "work", Images: registry{},
		Now: func() time.Time { return p.now }})
	return w
}

// A registry has the one repository storefront/api.
type registry struct{}

// URI implements [step.Images].
func (registry) URI(_ context.Context, repository string) (string, error) {
	if repository != "storefront/api" {
		return "", pipeline.ErrNotFound
	}
	return "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront/api", nil
}

// imageOf returns an image package with a digest that ends so.
func imageOf(end string) step.Artifact {
	return step.Artifact{Version: "1.4.0", Repository: "storefront/api", Key: "1.4.0", Digest: "sha256:" + strings.Repeat("0", 64-len(end)) + end}
}

const lambdaWork = "storefront_1_production_1/api/1"

// attempt returns the first attempt at a step with further parameters.
func (w *lambdaWorld) attempt(more string) step.Work {
	return step.Work{Execution: "storefront_1_production_1", Project: "storefront", Release: "1.4.0", Environment: "production", Step: "api", Attempt: 1,
		With:     []byte(`{"package": "api", "function": "storefront-api", "alias": "live"` + more + `}`),
		Packages: map[string]step.Artifact{"api": w.code}, Timeout: time.Hour}
}

// reply answers as Lambda and CloudWatch do.
func (w *lambdaWorld) reply(request any) (any, error) {
	var answer any
	var err error
	switch in := request.(type) {
	case *lambda.GetFunctionInput:
		answer, err = w.describe(in)
	case *lambda.UpdateFunctionCodeInput:
		answer, err = w.update(in)
	case *lambda.PublishVersionInput:
		answer, err = w.publish(in)
	case *lambda.GetAliasInput:
		if *in.FunctionName != "storefront-api" || *in.Name != "live" {
			return nil, &types.ResourceNotFoundException{Message: new("Cannot find alias arn")}
		}
		answer = &lambda.GetAliasOutput{AliasArn: new("arn:aws:lambda:eu-central-1:111122223333:function:storefront-api:live"), FunctionVersion: &w.alias,
			RevisionId: new(fmt.Sprint(w.revision)), RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: maps.Clone(w.weights)}}
	case *lambda.UpdateAliasInput:
		answer, err = w.move(in)
	case *cloudwatch.DescribeAlarmsInput:
		answer = w.states(in)
	default:
		return nil, fmt.Errorf("unexpected request %T", request)
	}
	if w.fail--; w.fail == 0 {
		return nil, errors.New("the answer is lost")
	}
	return answer, err
}

func (w *lambdaWorld) describe(in *lambda.GetFunctionInput) (*lambda.GetFunctionOutput, error) {
	if in.Qualifier != nil {
		return &lambda.GetFunctionOutput{Configuration: &types.FunctionConfiguration{Version: in.Qualifier, State: types.StateActive}}, nil
	}
	c := &types.FunctionConfiguration{PackageType: w.kind, CodeSha256: new(w.latest), LastUpdateStatus: types.LastUpdateStatusSuccessful}
	switch {
	case w.updating:
		c.LastUpdateStatus, w.updating = types.LastUpdateStatusInProgress, w.stuck
	case w.reason != "":
		c.LastUpdateStatus, c.LastUpdateStatusReason = types.LastUpdateStatusFailed, new(w.reason)
	}
	return &lambda.GetFunctionOutput{Configuration: c, Code: &types.FunctionCodeLocation{ImageUri: new(w.latest)}}, nil
}

func (w *lambdaWorld) update(in *lambda.UpdateFunctionCodeInput) (*lambda.UpdateFunctionCodeOutput, error) {
	w.uploads = append(w.uploads, in)
	w.updating = true
	switch {
	case in.ImageUri != nil:
		w.latest = *in.ImageUri
	case in.ZipFile != nil:
		sum := sha256.Sum256(in.ZipFile)
		w.latest = base64.StdEncoding.EncodeToString(sum[:])
	default:
		w.latest = w.hash()
	}
	return &lambda.UpdateFunctionCodeOutput{}, nil
}

// hash returns Lambda's hash of the package.
func (w *lambdaWorld) hash() string {
	sum := sha256.Sum256([]byte(w.read(w.code.Bucket, w.code.Key)))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (w *lambdaWorld) publish(in *lambda.PublishVersionInput) (*lambda.PublishVersionOutput, error) {
	if *in.CodeSha256 != w.latest {
		return nil, &types.InvalidParameterValueException{Message: new("CodeSHA256 is different")}
	}
	if w.versions[len(w.versions)-1] != w.latest {
		w.versions = append(w.versions, w.latest)
	}
	return &lambda.PublishVersionOutput{Version: new(fmt.Sprint(5 + len(w.versions)))}, nil
}

func (w *lambdaWorld) move(in *lambda.UpdateAliasInput) (*lambda.UpdateAliasOutput, error) {
	if *in.RevisionId != fmt.Sprint(w.revision) {
		return nil, &types.PreconditionFailedException{Message: new("the RevisionId provided does not match")}
	}
	w.alias, w.weights = *in.FunctionVersion, in.RoutingConfig.AdditionalVersionWeights
	w.revision++
	w.moves = append(w.moves, fmt.Sprintf("%s %s", w.now.Sub(w.began), w.stands()))
	return &lambda.UpdateAliasOutput{}, nil
}

// stands says what the alias stands for.
func (w *lambdaWorld) stands() string {
	text := w.alias
	for _, version := range slices.Sorted(maps.Keys(w.weights)) {
		text += fmt.Sprintf("+%s:%v", version, w.weights[version])
	}
	return text
}

func (w *lambdaWorld) states(in *cloudwatch.DescribeAlarmsInput) *cloudwatch.DescribeAlarmsOutput {
	out := &cloudwatch.DescribeAlarmsOutput{}
	for _, name := range in.AlarmNames {
		if state, ok := w.alarms[name]; ok {
			out.MetricAlarms = append(out.MetricAlarms, watch.MetricAlarm{AlarmName: &name, StateValue: state, StateReason: new("too many errors")})
		}
	}
	return out
}

// finish lets timers come due until the attempt has ended, and returns how.
func (w *lambdaWorld) finish() string {
	w.t.Helper()
	for range 1000 {
		if ends := w.due("lambda", lambdaWork); len(ends) > 0 {
			return strings.Join(ends, "; ")
		}
	}
	w.t.Fatal("the attempt does not end")
	return ""
}

// untilMoved lets timers come due until the alias has moved so many times.
func (w *lambdaWorld) untilMoved(times int) {
	w.t.Helper()
	for len(w.moves) < times {
		if ends := w.due("lambda", lambdaWork); len(ends) > 0 {
			w.t.Fatalf("the attempt has ended: %q", ends)
		}
	}
}

// deploy starts the attempt and returns how it ends.
func (w *lambdaWorld) deploy(more string) string {
	w.t.Helper()
	outcome, failure := w.start("lambda", w.attempt(more))
	switch {
	case failure != nil:
		return failure.Error()
	case outcome.Done:
		return "done"
	}
	return w.finish()
}

// uploaded says where the code that Lambda was given came from.
func (w *lambdaWorld) uploaded() string {
	var all []string
	for _, in := range w.uploads {
		switch {
		case in.ImageUri != nil:
			all = append(all, *in.ImageUri)
		case in.S3Bucket != nil:
			all = append(all, fmt.Sprintf("s3://%s/%s", *in.S3Bucket, *in.S3Key))
		case bytes.Equal(in.ZipFile, []byte(w.read(w.code.Bucket, w.code.Key))):
			all = append(all, "inline")
		}
	}
	return strings.Join(all, " ")
}

// apiError is an answer of a service with that code.
func apiError(code string) error { return &smithy.GenericAPIError{Code: code, Message: "as AWS says"} }
