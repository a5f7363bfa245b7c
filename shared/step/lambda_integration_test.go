//go:build integration

package step_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationLambda(t *testing.T) {
	integration.Suite{
		Subject: "lambda",
		Holds: []integration.Claim{
			{Says: "code, version and alias", Hold: emulatedFunction(aFunctionGetsThePackage)},
			{Says: "weights of a canary", Hold: emulatedFunction(anAliasIsWeighted)},
			{Says: "going back", Hold: emulatedFunction(aCancelledAliasGoesBack)},
			{Says: "unchanged code", Hold: emulatedFunction(unchangedCodeIsNoNewVersion)},
			{Says: "failures", Hold: emulatedFunction(aLambdaStepFails)},
		},
		Gaps: []integration.Claim{
			{Says: "A function is updated at once, so that nothing is waited for.", Hold: emulatedFunction(updatesTakeNoTime)},
			{Says: "UpdateAlias takes any RevisionId.", Hold: emulatedFunction(revisionsAreNotCompared)},
			{Says: "PublishVersion takes any CodeSha256.", Hold: emulatedFunction(hashesAreNotCompared)},
			{Says: "CloudWatch reads no request in CBOR, which the SDK sends, so that no alarm is watched.", Hold: emulated(noAlarmsInCBOR)},
		},
	}.Run(t)
}

// follow returns a place whose services are the emulator's.
func (s *service) follow() *place {
	p := newPlace(s.t)
	p.stack, p.now = s.stack, time.Now()
	p.runner = step.New(step.Dependencies{Objects: s.objects, Accounts: &outpost{service: s}, Timers: p, WorkBucket: "work", Images: registry{},
		Now: func() time.Time { return p.now }})
	s.runner = p.runner
	return p
}

// A function is one of the emulator, with an alias that stands for its first version.
type function struct {
	*place
	client *lambda.Client
	name   string
	code   step.Artifact
}

// emulatedFunction returns hold with a function of its own.
func emulatedFunction(hold func(f *function)) func(*testing.T) {
	return emulated(func(s *service) {
		f := &function{place: s.follow(), client: lambda.NewFromConfig(s.aws), name: integration.Name(s.t)}
		s.createRole("function")
		old := f.push("main.py", "old")
		_, err := f.client.CreateFunction(s.t.Context(), &lambda.CreateFunctionInput{FunctionName: &f.name, Runtime: types.RuntimePython313, Handler: aws.String("main.handler"),
			Role: aws.String("arn:aws:iam::000000000000:role/function"), Code: &types.FunctionCode{ZipFile: []byte(f.read(old.Bucket, old.Key))}})
		s.must(err)
		_, err = f.client.PublishVersion(s.t.Context(), &lambda.PublishVersionInput{FunctionName: &f.name})
		s.must(err)
		_, err = f.client.CreateAlias(s.t.Context(), &lambda.CreateAliasInput{FunctionName: &f.name, Name: aws.String("live"), FunctionVersion: aws.String("1")})
		s.must(err)
		f.code = f.push("main.py", "new")
		hold(f)
	})
}

// createRole creates a role, which the emulator asks for. IAM's client is no dependency
// of this module.
func (s *service) createRole(name string) {
	s.t.Helper()
	form := url.Values{"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {name}, "AssumeRolePolicyDocument": {`{"Version":"2012-10-17","Statement":[]}`}}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, *s.aws.BaseEndpoint, strings.NewReader(form.Encode()))
	s.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260301/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(r)
	s.must(err)
	s.must(answer.Body.Close())
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusConflict {
		s.t.Fatalf("create role %s: %s", name, answer.Status)
	}
}

// attempt returns the attempt of this test at a step with further parameters.
func (f *function) attempt(more string) step.Work {
	w := attempt(f.name, fmt.Sprintf(`{"package": "api", "function": %q, "alias": "live"%s}`, f.name, more))
	w.Packages = map[string]step.Artifact{"api": f.code}
	return w
}

// brought starts the step and lets its first timer come due, after which the alias has moved.
func (f *function) brought(more string) string {
	f.t.Helper()
	if _, failure := f.start("lambda", f.attempt(more)); failure != nil {
		return failure.Error()
	}
	return strings.Join(f.due("lambda", f.name+"/check/1"), "; ")
}

// live says what the alias stands for.
func (f *function) live() string {
	f.t.Helper()
	a, err := f.client.GetAlias(f.t.Context(), &lambda.GetAliasInput{FunctionName: &f.name, Name: aws.String("live")})
	if err != nil {
		f.t.Fatal(err)
	}
	text := *a.FunctionVersion
	if a.RoutingConfig != nil {
		for version, weight := range a.RoutingConfig.AdditionalVersionWeights {
			text += fmt.Sprintf("+%s:%v", version, weight)
		}
	}
	return text
}

func aFunctionGetsThePackage(f *function) {
	if got := f.brought(""); got != f.name+"/check/1 done" || f.live() != "2" {
		f.t.Errorf("it comes to %s; the alias stands for %s", got, f.live())
	}
	found, err := f.client.GetFunction(f.t.Context(), &lambda.GetFunctionInput{FunctionName: &f.name, Qualifier: aws.String("2")})
	if err != nil || found.Configuration.CodeSize != f.code.Size {
		f.t.Errorf("version 2 is %+v, %v", found, err)
	}
}

func anAliasIsWeighted(f *function) {
	if got := f.brought(`, "shift": {"canary": {"percent": 10, "interval": "10m"}}`); got != "" || f.live() != "1+2:0.1" {
		f.t.Errorf("it comes to %q; the alias stands for %s", got, f.live())
	}
	if got := f.due("lambda", f.name+"/check/1"); len(got) != 1 || got[0] != f.name+"/check/1 done" || f.live() != "2" {
		f.t.Errorf("it ends with %q; the alias stands for %s", got, f.live())
	}
}

func aCancelledAliasGoesBack(f *function) {
	f.brought(`, "bake": "10m"`)
	if f.live() != "2" {
		f.t.Fatalf("the alias stands for %s", f.live())
	}
	if err := f.runner.Cancel(f.t.Context(), step.Attempt{Execution: f.name, Step: "check", Attempt: 1}); err != nil || f.live() != "1" {
		f.t.Errorf("Cancel = %v; the alias stands for %s", err, f.live())
	}
}

func unchangedCodeIsNoNewVersion(f *function) {
	f.brought("")
	again := f.attempt("")
	again.Attempt = 2
	outcome, failure := f.start("lambda", again)
	if failure != nil || !outcome.Done || outcome.Outputs["version"] != "2" || outcome.Outputs["previous-version"] != "2" {
		f.t.Errorf("it comes to %+v, %v", outcome, failure)
	}
}

func aLambdaStepFails(f *function) {
	name := f.name
	f.name = "missing"
	if got := f.brought(""); !strings.HasPrefix(got, "NoSuchFunction") {
		f.t.Errorf("without a function, it comes to %s", got)
	}
	f.name, f.code.Digest = name, "sha256:"+strings.Repeat("0", 64)
	if got := f.brought(""); !strings.HasPrefix(got, "DigestMismatch") || f.live() != "1" {
		f.t.Errorf("with another digest, it comes to %s; the alias stands for %s", got, f.live())
	}
}

func updatesTakeNoTime(f *function) {
	updated, err := f.client.UpdateFunctionCode(f.t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: &f.name, ZipFile: []byte(f.read(f.code.Bucket, f.code.Key))})
	if err != nil || updated.LastUpdateStatus != types.LastUpdateStatusSuccessful {
		f.t.Errorf("an update is %+v, %v", updated, err)
	}
}

func revisionsAreNotCompared(f *function) {
	_, err := f.client.UpdateAlias(f.t.Context(), &lambda.UpdateAliasInput{FunctionName: &f.name, Name: aws.String("live"), FunctionVersion: aws.String("1"), RevisionId: aws.String("other")})
	if err != nil {
		f.t.Error(err)
	}
}

func hashesAreNotCompared(f *function) {
	if _, err := f.client.PublishVersion(f.t.Context(), &lambda.PublishVersionInput{FunctionName: &f.name, CodeSha256: aws.String("other")}); err != nil {
		f.t.Error(err)
	}
}

func noAlarmsInCBOR(s *service) {
	if _, err := cloudwatch.NewFromConfig(s.aws).DescribeAlarms(s.t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"errors"}}); err == nil {
		s.t.Error("DescribeAlarms answers")
	}
}
