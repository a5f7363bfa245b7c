//go:build integration

package step_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationInvoke(t *testing.T) {
	integration.Suite{
		Subject: "invoke",
		Holds: []integration.Claim{
			{Says: "invocations, once an attempt", Hold: withFunction(aFunctionIsInvokedOnce)},
			{Says: "functions that are not there", Hold: inAccount(aMissingFunctionFailsTheStep)},
		},
		Gaps: []integration.Claim{
			{Says: "A function runs only in Docker; without it, its result is its payload.", Hold: withFunction(theResultIsThePayload)},
		},
	}.Run(t)
}

// withFunction returns hold with a function of this test's name, which doesn't run.
func withFunction(hold func(a *account)) func(*testing.T) {
	return inAccount(func(a *account) {
		a.configure(`{"lambda":{"use_docker":false}}`)
		a.t.Cleanup(func() { a.configure(`{"lambda":{"use_docker":true}}`) })
		client := cloudformation.NewFromConfig(a.aws)
		_, err := client.CreateStack(a.t.Context(), &cloudformation.CreateStackInput{StackName: &a.name, TemplateBody: aws.String(fmt.Sprintf(`{"Resources":{
			"Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"%[1]s-role","AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}}},
			"Function":{"Type":"AWS::Lambda::Function","Properties":{"FunctionName":"%[1]s","Runtime":"nodejs22.x","Handler":"index.handler","Role":{"Fn::GetAtt":["Role","Arn"]},"Code":{"ZipFile":"exports.handler = async e => e"}}}}}`, a.name))})
		a.must(err)
		hold(a)
	})
}

// configure sets what the emulator does.
func (a *account) configure(settings string) {
	response, err := http.Post(aws.ToString(a.aws.BaseEndpoint)+"/moto-api/config", "application/json", strings.NewReader(settings))
	if err == nil {
		err = response.Body.Close()
	}
	if err != nil {
		a.t.Error(err)
	}
}

// invoke invokes the function in the first attempt of a step.
func (a *account) invoke(function, more string) (step.Outcome, error) {
	w := attempt(a.name, fmt.Sprintf(`{"function":%q%s}`, function, more))
	w.Timeout = time.Minute
	return a.runner.Start(a.t.Context(), "invoke", w)
}

func aFunctionIsInvokedOnce(a *account) {
	for _, payload := range []string{`{"migrated":12}`, `{"migrated":13}`} { // the second is what nobody sends
		outcome, err := a.invoke(a.name, `,"payload":`+payload+`,"outputs":{"migrated":"/migrated"}`)
		if err != nil || !outcome.Done || outcome.Outputs["migrated"] != "12" {
			a.t.Errorf("it comes to %+v, %v", outcome, err)
		}
	}
}

func aMissingFunctionFailsTheStep(a *account) {
	_, err := a.invoke(a.name+"-gone", "")
	var failure *step.Failure
	if !errors.As(err, &failure) || failure.Name != "NoSuchFunction" || !failure.Permanent {
		a.t.Errorf("it comes to %v", err)
	}
}

func theResultIsThePayload(a *account) {
	outcome, err := a.invoke(a.name, `,"payload":{"a":"x"},"outputs":{"all":""}`)
	if err != nil || !maps.Equal(outcome.Outputs, map[string]string{"version": outcome.Outputs["version"], "all": `{"a":"x"}`}) {
		a.t.Errorf("it comes to %+v, %v", outcome, err)
	}
}
