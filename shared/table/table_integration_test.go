//go:build integration

package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/scripts/integration"
	"slipway/shared/pipeline"
	"slipway/shared/table"
)

// TestIntegration holds the adapter against a DynamoDB that others have written.
func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "table",
		Holds: []integration.Claim{
			{Says: "changes with their events", Hold: emulated(aChangeIsOneWrite)},
			{Says: "conditions on what is written once", Hold: emulated(whatIsWrittenOnceStays)},
			{Says: "conditions on terminal statuses", Hold: emulated(aTerminalStatusStays)},
			{Says: "conditions on fences", Hold: emulated(aStaleFenceIsRefusedThere)},
			{Says: "conflicts with another writer", Hold: emulated(aWriterThatLostDecidesAgain)},
			{Says: "conflicts of changes without events", Hold: emulated(aChangeWithoutEventsLoses)},
			{Says: "every noun there and back", Hold: emulated(nounsComeBack)},
			{Says: "pages of releases and deployments", Hold: emulated(pagesComeNewestFirst)},
			{Says: "the latest package", Hold: emulated(theLatestPackageIsFound)},
			{Says: "logs of several megabytes", Hold: emulated(aLongLogIsReadWhole)},
			{Says: "projects and what they use", Hold: emulated(projectsAreListedAndForgotten)},
			{Says: "runbooks, their runs and occasions", Hold: emulated(runbookComesBack)},
			{Says: "conditions on runs and occasions", Hold: emulated(runsAndOccasionsStay)},
			{Says: "pages of runs", Hold: emulated(runsComeInOrder)},
			{Says: "runs that are forgotten", Hold: emulated(aForgottenRunIsGone)},
			{Says: "joined approvals and their expiry", Hold: emulated(theHalvesOfAnApprovalMeet)},
			{Says: "what is not there", Hold: emulated(nothingIsNotFound)},
		},
		Gaps: []integration.Claim{
			{Says: "A transaction that fails takes back what others have written meanwhile, or ends as an error of the server.", Hold: emulated(transactionsAreNotIsolated)},
		},
	}.Run(t)
}

// emulated returns hold with a table of its own on the emulator.
func emulated(hold func(s *stack)) func(*testing.T) {
	return func(t *testing.T) {
		s := &stack{T: t, client: dynamodb.NewFromConfig(integration.Configuration(t))}
		name := "table-" + integration.Name(t)
		_, err := s.client.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{
				{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}, {AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS}},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange}}})
		s.must(err)
		_, err = s.client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{TableName: &name,
			TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expiresAt"), Enabled: aws.Bool(true)}})
		s.must(err)
		s.Table = table.Open(s.client, name, func() time.Time { return noon })
		hold(s)
	}
}

func aChangeIsOneWrite(s *stack) {
	d := s.request(1, "dev", 1)
	s.write(storefront, pipeline.Change{By: "manager1", Events: append(cancelled("1"), cancelled("2")...)})
	if found, err := s.Deployment(s.Context(), d.ID); err != nil || found.Status != pipeline.StatusRequested {
		s.Errorf("the deployment is %+v, %v", found, err)
	}
	all := s.audit(storefront)
	if len(all) != 3 || all[0].Type != "deployment.requested.v1" || all[2].Sequence != 3 || !all[2].At.Equal(noon) {
		s.Errorf("the audit log is %+v", all)
	}
	last, err := s.Audit(s.Context(), storefront, 1, 1)
	if err != nil || len(last) != 1 || last[0].Sequence != 2 {
		s.Errorf("after the first comes %+v, %v", last, err)
	}
}

// refused holds that c is refused however often it is tried, and nothing of it written.
func (s *stack) refused(what string, c pipeline.Change) {
	s.Helper()
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	before, tries := len(s.audit(storefront)), 0
	c.Events = cancelled("refused")
	err := s.Change(ctx, storefront, func(context.Context) (pipeline.Change, error) {
		if tries++; tries == 3 { // of many, between which Change waits ever longer
			return pipeline.Change{}, errEnough
		}
		return c, nil
	})
	s.wantError(what, err, errEnough)
	if after := len(s.audit(storefront)); after != before {
		s.Errorf("%s: the chain has grown by %d", what, after-before)
	}
}

// errEnough ends the tries of a change that is always refused.
var errEnough = errors.New("enough tries")

func whatIsWrittenOnceStays(s *stack) {
	p := pipeline.Package{Name: "web", Version: pipeline.MustVersion("1.1.0"), Feed: pipeline.FeedS3, Digest: "sha256:1"}
	r := release(1)
	s.write(storefront, pipeline.Change{By: "ci", Packages: []pipeline.Package{p}, Release: &r})
	again, other := r, p
	other.Digest, again.Number = "sha256:2", 2
	s.refused("the package", pipeline.Change{Packages: []pipeline.Package{other}})
	s.refused("the release", pipeline.Change{Release: &r})
	s.refused("the version", pipeline.Change{Release: &again})
	if found, err := s.Package(s.Context(), "web", p.Version); err != nil || found.Digest != "sha256:1" {
		s.Errorf("the package is %+v, %v", found, err)
	}
}

func aTerminalStatusStays(s *stack) {
	for n, status := range []pipeline.Status{pipeline.StatusSucceeded, pipeline.StatusFailed, pipeline.StatusCancelled, pipeline.StatusRejected, pipeline.StatusSuperseded} {
		d := s.request(n+1, "dev", 1)
		for _, next := range []pipeline.Status{pipeline.StatusAwaitingApproval, pipeline.StatusQueued, pipeline.StatusRunning, status} {
			d.Status = next
			s.write(storefront, pipeline.Change{By: "slipway", Deployments: []pipeline.Deployment{d}, Events: cancelled("on")})
		}
		d.Status = pipeline.StatusRunning
		s.refused(string(status), pipeline.Change{Deployments: []pipeline.Deployment{d}})
		if found, err := s.Deployment(s.Context(), d.ID); err != nil || found.Status != status {
			s.Errorf("it was %s and is %s, %v", status, found.Status, err)
		}
	}
}

func runsAndOccasionsStay(s *stack) {
	for n, status := range []pipeline.Status{pipeline.StatusSucceeded, pipeline.StatusFailed, pipeline.StatusCancelled} {
		for _, next := range []pipeline.Status{pipeline.StatusQueued, pipeline.StatusRunning, status} {
			s.keep(run("clean-up", n+1, next))
		}
		s.refused(string(status), pipeline.Change{Runs: []pipeline.Run{run("clean-up", n+1, pipeline.StatusRunning)}})
		if found, err := s.Table.Run(s.Context(), runID("clean-up", n+1)); err != nil || found.Status != status {
			s.Errorf("it was %s and is %s, %v", status, found.Status, err)
		}
	}
	o := pipeline.Occasion{Project: "storefront", Runbook: "clean-up", Environment: "dev", Key: "slot 1", Run: runID("clean-up", 1)}
	s.write(storefront, pipeline.Change{By: "x", Occasions: []pipeline.Occasion{o}})
	s.refused("the occasion", pipeline.Change{Occasions: []pipeline.Occasion{{Project: "storefront", Runbook: "clean-up", Environment: "dev", Key: "slot 1"}}})
	found, err := s.Occasion(s.Context(), "storefront", "clean-up", "dev", "slot 1")
	same(s.T, "occasion", err, o, found)
}

func aStaleFenceIsRefusedThere(s *stack) {
	held := func(release, fence int) []pipeline.Environment {
		return []pipeline.Environment{{Project: "storefront", Name: "dev", Fence: fence,
			Holder: pipeline.DeploymentID{Project: "storefront", Release: release, Environment: "dev", Attempt: 1}}}
	}
	for _, e := range [][]pipeline.Environment{held(1, 9), held(1, 9), held(2, 10)} { // the same holder may write again; 9 < 10 as numbers only
		s.write(storefront, pipeline.Change{By: "slipway", Environments: e})
	}
	s.refused("the old holder", pipeline.Change{Environments: held(1, 9)})
	if e, err := s.Environment(s.Context(), "storefront", "dev"); err != nil || e.Holder.Release != 2 || e.Fence != 10 {
		s.Errorf("it is %+v, %v", e, err)
	}
}

func aWriterThatLostDecidesAgain(s *stack) {
	tries := 0
	err := s.Change(s.Context(), storefront, func(context.Context) (pipeline.Change, error) {
		if tries++; tries <= 2 { // the other is faster
			s.write(storefront, pipeline.Change{By: "other", Events: cancelled("other")})
		}
		return pipeline.Change{By: "slow", Events: cancelled(fmt.Sprintf("slow after %d", len(s.audit(storefront))))}, nil
	})
	s.must(err)
	if got := s.causes(storefront); tries != 3 || !slices.Equal(got, []string{"other", "other", "slow after 2"}) {
		s.Errorf("after %d tries the chain tells of %q", tries, got)
	}
}

func aChangeWithoutEventsLoses(s *stack) {
	d, tries := s.request(1, "dev", 1), 0
	err := s.Change(s.Context(), storefront, func(context.Context) (pipeline.Change, error) {
		if tries++; tries == 1 {
			s.write(storefront, pipeline.Change{By: "other", Events: cancelled("other")})
		}
		d.Token = fmt.Sprintf("token %d", tries)
		return pipeline.Change{By: "slipway", Deployments: []pipeline.Deployment{d}}, nil
	})
	s.must(err)
	if found, err := s.Deployment(s.Context(), d.ID); err != nil || tries != 2 || found.Token != "token 2" {
		s.Errorf("after %d tries it has %q, %v", tries, found.Token, err)
	}
}

// tableName returns the name of the table in the service.
func (s *stack) tableName() *string {
	return aws.String("table-" + integration.Name(s.T))
}

// transactionsAreNotIsolated writes items one by one beside a transaction that fails
// again and again as its condition doesn't hold: on DynamoDB it does nothing else.
func transactionsAreNotIsolated(s *stack) {
	text := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	put := func(i int) {
		_, err := s.client.PutItem(s.Context(), &dynamodb.PutItemInput{TableName: s.tableName(),
			Item: map[string]types.AttributeValue{"pk": text("written"), "sk": text(fmt.Sprint(i))}})
		s.must(err)
	}
	const before, during = 200, 200 // what was there before makes the transaction slow
	for i := range before {
		put(i)
	}
	done, others := make(chan struct{}), 0
	var failing sync.WaitGroup
	failing.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			_, err := s.client.TransactWriteItems(s.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{ConditionCheck: &types.ConditionCheck{
				TableName: s.tableName(), Key: map[string]types.AttributeValue{"pk": text("never"), "sk": text("there")}, ConditionExpression: aws.String("attribute_exists(pk)")}}}})
			if cancelled := (*types.TransactionCanceledException)(nil); !errors.As(err, &cancelled) {
				others++
			}
		}
	})
	for i := range during {
		put(before + i)
	}
	close(done)
	failing.Wait()
	found, err := s.client.Scan(s.Context(), &dynamodb.ScanInput{TableName: s.tableName(), Select: types.SelectCount})
	s.must(err)
	if found.Count == before+during && others == 0 {
		s.Error("nothing was lost, and every transaction failed by its condition")
	}
}
