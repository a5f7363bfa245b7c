package lambda_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"slipway/infra/local/lambda"
)

// RoundTrip implements [http.RoundTripper]; it ends in the engine.
func (b *bench) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	b.engine.ServeHTTP(w, r)
	return w.Result(), nil
}

// sdk returns an SDK client in front of the engine.
func (b *bench) sdk() *client.Client {
	return client.New(client.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://lambda.local"), HTTPClient: &http.Client{Transport: b},
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", ""), RetryMaxAttempts: 1})
}

func TestTheSDKInvokes(t *testing.T) {
	b, calls, ctx := newBench(t), 0, context.Background()
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(&calls, 0)})
	b.create(lambda.FunctionSpec{Name: "bad", Handler: failing(new(int), 9)})
	for _, name := range []string{"f", b.engine.ARN("f"), "000000000000:function:f", "f:$LATEST"} {
		out, err := b.sdk().Invoke(ctx, &client.InvokeInput{FunctionName: &name, Payload: []byte(`{"a":1}`)})
		if err != nil || out.StatusCode != 200 || string(out.Payload) != `{"a":1}` || out.FunctionError != nil || out.LogResult != nil || *out.ExecutedVersion != "$LATEST" {
			t.Errorf("Invoke of %s = %+v, %v", name, out, err)
		}
	}
	out, err := b.sdk().Invoke(ctx, &client.InvokeInput{FunctionName: aws.String("bad")})
	if err != nil || aws.ToString(out.FunctionError) != "Unhandled" || !strings.Contains(string(out.Payload), `"errorMessage":"no luck"`) {
		t.Errorf("Invoke of a function that fails = %+v, %v", out, err)
	}
	before := calls
	out, err = b.sdk().Invoke(ctx, &client.InvokeInput{FunctionName: aws.String("f"), InvocationType: types.InvocationTypeDryRun})
	if err != nil || out.StatusCode != 204 || calls != before {
		t.Errorf("a dry run = %+v, %v, %d calls", out, err, calls-before)
	}
	out, err = b.sdk().Invoke(ctx, &client.InvokeInput{FunctionName: aws.String("f"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`1`)})
	if err != nil || out.StatusCode != 202 || calls != before {
		t.Errorf("an event = %+v, %v, %d calls", out, err, calls-before)
	}
	if b.clock.Run(); calls != before+1 {
		t.Errorf("%d calls, want one more", calls)
	}
	_, err = b.sdk().Invoke(ctx, &client.InvokeInput{FunctionName: aws.String("none")})
	if missing, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok || missing.ErrorMessage() != "Function not found: "+b.engine.ARN("none") {
		t.Errorf("Invoke of an unknown function: %v", err)
	}
}

func TestPermissionsAreKept(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(new(int), 0)})
	b.create(lambda.FunctionSpec{Name: "f2", Handler: failing(new(int), 0)})
	function := aws.String("f")
	if _, err := b.sdk().GetPolicy(ctx, &client.GetPolicyInput{FunctionName: function}); !isMissing(err) {
		t.Errorf("GetPolicy without a policy: %v", err)
	}
	grant := &client.AddPermissionInput{FunctionName: function, StatementId: aws.String("rule"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("events.amazonaws.com"),
		SourceArn: aws.String("arn:aws:events:us-east-1:000000000000:rule/r"), SourceAccount: aws.String("000000000000")}
	const statement = `{"Sid":"rule","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f",` +
		`"Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:events:us-east-1:000000000000:rule/r"},"StringEquals":{"AWS:SourceAccount":"000000000000"}}}`
	if out, err := b.sdk().AddPermission(ctx, grant); err != nil || *out.Statement != statement {
		t.Errorf("AddPermission = %+v, %v", out, err)
	}
	if _, err := b.sdk().AddPermission(ctx, grant); err == nil || !strings.Contains(err.Error(), "ResourceConflictException: The statement id (rule) provided already exists") {
		t.Errorf("AddPermission again: %v", err)
	}
	b.restart()
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(new(int), 0)})
	if out, err := b.sdk().GetPolicy(ctx, &client.GetPolicyInput{FunctionName: function}); err != nil || *out.Policy != `{"Id":"default","Statement":[`+statement+`],"Version":"2012-10-17"}` {
		t.Errorf("GetPolicy after a restart = %+v, %v", out, err)
	}
	if _, err := b.sdk().RemovePermission(ctx, &client.RemovePermissionInput{FunctionName: function, StatementId: aws.String("rule")}); err != nil {
		t.Errorf("RemovePermission: %v", err)
	}
	if _, err := b.sdk().RemovePermission(ctx, &client.RemovePermissionInput{FunctionName: function, StatementId: aws.String("rule")}); !isMissing(err) {
		t.Errorf("RemovePermission again: %v", err)
	}
}

func isMissing(err error) bool {
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	return ok
}

func TestPermissionsThatCannotBeAreRefused(t *testing.T) {
	b := newBench(t)
	b.create(lambda.FunctionSpec{Name: "f", Handler: failing(new(int), 0)})
	for body, want := range map[string]string{
		`{"StatementId":"a b","Action":"lambda:InvokeFunction","Principal":"*"}`:                      "statement id",
		`{"StatementId":"a","Action":"s3:GetObject","Principal":"*"}`:                                 "action",
		`{"StatementId":"a","Action":"lambda:InvokeFunction"}`:                                        "principal",
		`{"StatementId":"a","Action":"lambda:InvokeFunction","Principal":"*","PrincipalOrgID":"o-x"}`: "PrincipalOrgID",
		`[`: "Could not parse request body",
	} {
		if w := b.do(http.MethodPost, functions+"/f/policy", body); w.Code != 400 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("AddPermission %s: %d %s", body, w.Code, w.Body)
		}
	}
	if w := b.do(http.MethodPost, functions+"/g/policy", `{}`); w.Code != 404 {
		t.Errorf("AddPermission of an unknown function: %d %s", w.Code, w.Body)
	}
}
