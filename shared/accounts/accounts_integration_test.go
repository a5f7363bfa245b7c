//go:build integration

package accounts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"slipway/scripts/integration"
	"slipway/shared/accounts"
	"slipway/shared/step"
)

// TestIntegration holds the adapter against an STS that others have written.
func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "accounts",
		Holds: []integration.Claim{
			{Says: "deploy roles", Hold: aStepActsInTheRole},
			{Says: "long executions", Hold: theSessionOfALongExecutionIsTaken},
			{Says: "Regions", Hold: regionsAreKeptApart},
			{Says: "endpoints", Hold: anEndpointAnswersInPlaceOfAWS},
		},
		Gaps: []integration.Claim{
			{Says: "Any role can be taken, also one that isn't there, with any external id and tags.", Hold: anyRoleIsTaken},
			{Says: "Everybody is in one account, whatever role is taken.", Hold: everybodyIsInOneAccount},
		},
	}.Run(t)
}

// account is that in which moto is told to put its callers.
const account = "000000000000"

func emulated(t *testing.T, c aws.Config, target step.Target) aws.Config {
	t.Helper()
	got, err := accounts.New(c, account, "aws", nil, time.Now).Config(t.Context(), work(target))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// caller returns as whom clients with the configuration act.
func caller(t *testing.T, c aws.Config) string {
	t.Helper()
	who, err := sts.NewFromConfig(c).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *who.Arn
}

func aStepActsInTheRole(t *testing.T) {
	c := emulated(t, integration.Configuration(t), step.Target{Region: "eu-central-1", Role: "slipway-deploy-production"})
	const want = "arn:aws:sts::" + account + ":assumed-role/slipway-deploy-production/storefront_12_production_1"
	if got := caller(t, c); got != want || c.Region != "eu-central-1" {
		t.Errorf("it acts as %s in %s, want %s", got, c.Region, want)
	}
}

// moto, like STS, refuses names of more than 64 characters.
func theSessionOfALongExecutionIsTaken(t *testing.T) {
	w := work(step.Target{Role: "deploy"})
	w.Execution = strings.Repeat("x", 80)
	c, err := accounts.New(integration.Configuration(t), account, "aws", nil, time.Now).Config(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if got := caller(t, c); !strings.Contains(got, ":assumed-role/deploy/xxx") {
		t.Errorf("it acts as %s", got)
	}
}

func regionsAreKeptApart(t *testing.T) {
	hub := integration.Configuration(t)
	name := "accounts-" + integration.Name(t)
	there := sqs.NewFromConfig(emulated(t, hub, step.Target{Region: "eu-central-1", Role: "deploy"}))
	if _, err := there.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name}); err != nil {
		t.Fatal(err)
	}
	for want, targets := range map[int][]step.Target{
		1: {{Region: "eu-central-1", Role: "deploy"}, {Region: "eu-central-1"}},
		0: {{Region: "eu-west-1", Role: "deploy"}, {Role: "deploy"}, {}},
	} {
		for _, target := range targets {
			found, err := sqs.NewFromConfig(emulated(t, hub, target)).ListQueues(t.Context(), &sqs.ListQueuesInput{QueueNamePrefix: &name})
			if err != nil || len(found.QueueUrls) != want {
				t.Errorf("%+v: %v, want %d queues", target, err, want)
			}
		}
	}
}

func anEndpointAnswersInPlaceOfAWS(t *testing.T) {
	c := integration.Configuration(t)
	endpoint := *c.BaseEndpoint
	c.BaseEndpoint = nil
	for want, target := range map[string]step.Target{
		"arn:aws:sts::" + account + ":user/moto":                                      {Endpoint: endpoint, Region: "eu-west-1"},
		"arn:aws:sts::" + account + ":assumed-role/deploy/storefront_12_production_1": {Endpoint: endpoint, Region: "eu-west-1", Role: "deploy"},
	} {
		if got := caller(t, emulated(t, c, target)); got != want {
			t.Errorf("%+v is reached as %s, want %s", target, got, want)
		}
	}
}

func anyRoleIsTaken(t *testing.T) {
	caller(t, emulated(t, integration.Configuration(t), step.Target{Role: "no-such-role"}))
}

func everybodyIsInOneAccount(t *testing.T) {
	c := emulated(t, integration.Configuration(t), step.Target{Account: "111122223333", Role: "deploy"})
	if got := caller(t, c); !strings.Contains(got, ":"+account+":") {
		t.Errorf("a caller is %s: moto has learned it", got)
	}
}
