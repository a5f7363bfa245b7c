package local_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"slipway/infra/local"
	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// roles is a template with two roles, of which one has a name.
const roles = `{"Resources": {
	"Deploy": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "slipway-deploy-dev", "AssumeRolePolicyDocument": {}, "MaxSessionDuration": 7200, "Policies": [], "ManagedPolicyArns": []}},
	"Other12345678": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}, "Description": "d"}}},
	"Outputs": {"Deploy": {"Value": {"Fn::GetAtt": ["Deploy", "Arn"]}}, "Other": {"Value": {"Fn::GetAtt": ["Other12345678", "Arn"]}}}}`

func startOf(t *testing.T, template string) *local.Stack {
	t.Helper()
	s, err := local.Start(local.Config{Template: []byte(template), Store: store.NewMemory(), Clock: clock.NewVirtual(dawn), NewID: identifiers(1),
		Endpoint: "http://127.0.0.1:4566", Web: "http://127.0.0.1:8080", Report: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARoleOfTheTemplateIsAssumed(t *testing.T) {
	s, ctx := startOf(t, roles), context.Background()
	for name, arn := range s.Outputs() {
		client := sts.NewFromConfig(s.Configuration("runstep"))
		out, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("storefront_1,dev=1@x"), ExternalId: aws.String("Slipway/dev"),
			DurationSeconds: aws.Int32(3600), Tags: []types.Tag{{Key: aws.String("project"), Value: aws.String("storefront")}, {Key: aws.String("step"), Value: aws.String("")}}, TransitiveTagKeys: []string{"project"}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, role, _ := strings.Cut(arn, "role/")
		want := "arn:aws:sts::000000000000:assumed-role/" + role + "/storefront_1,dev=1@x"
		if *out.AssumedRoleUser.Arn != want || !out.Credentials.Expiration.Equal(dawn.Add(time.Hour)) {
			t.Errorf("%s: %+v until %s", name, out.AssumedRoleUser, out.Credentials.Expiration)
		}
		c := s.Configuration("")
		c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
		caller, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil || *caller.Arn != want || *caller.UserId != "AROA"+role+":storefront_1,dev=1@x" || *caller.Account != local.Account {
			t.Errorf("%s: the caller is %+v, %v", name, caller, err)
		}
	}
}

func TestAProviderOfTheSDKAssumesARole(t *testing.T) {
	s := startOf(t, roles)
	c := s.Configuration("runstep")
	c.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(c), s.Outputs()["Deploy"], func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "drill" })
	caller, err := sts.NewFromConfig(c).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	if err != nil || *caller.Arn != "arn:aws:sts::000000000000:assumed-role/slipway-deploy-dev/drill" {
		t.Errorf("the caller is %+v, %v", caller, err)
	}
}

func TestARoleThatCannotBeAssumedIsRefused(t *testing.T) {
	s := startOf(t, roles)
	client := sts.NewFromConfig(s.Configuration("runstep"))
	var many []types.Tag
	for i := range 51 {
		many = append(many, types.Tag{Key: aws.String(fmt.Sprint("k", i)), Value: aws.String("v")})
	}
	tags := func(pairs ...string) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) {
			for i := 0; i < len(pairs); i += 2 {
				in.Tags = append(in.Tags, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*sts.AssumeRoleInput)
		code   string
		says   string
	}{
		"one that the template hasn't": {func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::000000000000:role/none") }, "AccessDenied",
			"User: arn:aws:iam::000000000000:user/runstep is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::000000000000:role/none"},
		"of another account": {func(in *sts.AssumeRoleInput) {
			in.RoleArn = aws.String("arn:aws:iam::111122223333:role/slipway-deploy-dev")
		}, "AccessDenied", "111122223333"},
		"without an ARN":             {func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("slipway-deploy-dev-of-mine") }, "ValidationError", "roleArn"},
		"with a bad session name":    {func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a b") }, "ValidationError", "roleSessionName"},
		"with a bad external id":     {func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("a b") }, "ValidationError", "externalId"},
		"for too short":              {func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(60) }, "ValidationError", "durationSeconds"},
		"for longer than it allows":  {func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(7201) }, "ValidationError", "MaxSessionDuration"},
		"with too many tags":         {func(in *sts.AssumeRoleInput) { in.Tags = many }, "ValidationError", "less than or equal to 50"},
		"with a tag's key too long":  {tags(strings.Repeat("k", 129), ""), "ValidationError", "tag key"},
		"with a tag's bad value":     {tags("k", "a,b"), "ValidationError", "tag value"},
		"with a tag twice":           {tags("k", "a", "K", "b"), "InvalidParameterValue", "Duplicate"},
		"with a policy of a session": {func(in *sts.AssumeRoleInput) { in.Policy = aws.String("{}") }, "ValidationError", "Policy"},
	} {
		in := &sts.AssumeRoleInput{RoleArn: aws.String(s.Outputs()["Deploy"]), RoleSessionName: aws.String("session")}
		c.change(in)
		_, err := client.AssumeRole(context.Background(), in)
		if refusal, ok := errors.AsType[smithy.APIError](err); !ok || refusal.ErrorCode() != c.code || !strings.Contains(refusal.ErrorMessage(), c.says) {
			t.Errorf("%s: %v, want %s about %s", name, err, c.code, c.says)
		}
	}
}
