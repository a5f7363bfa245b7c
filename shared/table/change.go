package table

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/events"
	"slipway/shared/pipeline"
)

// maxTries is how often a decision is taken anew because its chain has grown.
const maxTries = 12

// Change runs decide and writes what it returns, with its events at the end of
// chain, in one transaction. The transaction's condition is that nothing was
// added to chain since before decide ran: as all changes of a project (or of a
// package) go through its chain, whatever decide has read of it still holds.
// When the chain has grown, decide runs again; after many times Change returns
// [pipeline.ErrConflict]. A change that is empty writes nothing.
func (t *Table) Change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error {
	for try := 1; ; try++ {
		err := t.change(ctx, chain, decide)
		if !errors.Is(err, pipeline.ErrConflict) || try == maxTries {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

func (t *Table) change(ctx context.Context, chain pipeline.Chain, decide func(context.Context) (pipeline.Change, error)) error {
	last, err := t.last(ctx, chain)
	if err != nil {
		return fmt.Errorf("read the end of chain %s: %w", chain, err)
	}
	change, err := decide(ctx)
	if err != nil || change.Empty() {
		return err
	}
	writes, err := t.writes(chain, last, change)
	if err != nil {
		return err
	}
	_, err = t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if err != nil {
		return fmt.Errorf("write to chain %s: %w", chain, conflict(err))
	}
	return nil
}

// conflict turns a transaction that lost against another into [pipeline.ErrConflict].
func conflict(err error) error {
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return err
	}
	for _, reason := range cancelled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "ConditionalCheckFailed", "TransactionConflict":
			return fmt.Errorf("%w: %w", pipeline.ErrConflict, err)
		}
	}
	return err
}

// pause waits before try number try+1: up to 20 ms at first, up to 1 s at last,
// at random, so that those who contend don't meet again.
func pause(ctx context.Context, try int) error {
	timer := time.NewTimer(rand.N(min(time.Second, 10*time.Millisecond<<try)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writes returns the transaction of change: its nouns, then its events.
func (t *Table) writes(chain pipeline.Chain, last events.Record, change pipeline.Change) ([]types.TransactWriteItem, error) {
	puts, err := t.puts(change)
	if err != nil {
		return nil, err
	}
	var all []types.TransactWriteItem
	for _, p := range puts {
		all = append(all, p.write(t.name))
	}
	if change.Project != nil {
		all = append(all, t.forget(change.Project)...)
	}
	for _, f := range change.Forgotten {
		all = append(all, t.forgetRun(f)...)
	}
	if len(change.Events) == 0 { // no event claims the chain's next place: make sure that nobody has
		all = append(all, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &t.name,
			Key: eventKey(chain, last.Sequence+1).attributes(), ConditionExpression: aws.String(once)}})
	}
	for _, e := range change.Events {
		entry, err := pipeline.Seal(chain, last, e, change.By, t.now())
		if err != nil {
			return nil, err
		}
		p := put{item: encodeEntry(entry), condition: once}
		all, last = append(all, p.write(t.name)), entry.Record
	}
	return all, nil
}

// puts returns the items of the nouns in change.
func (t *Table) puts(change pipeline.Change) ([]put, error) {
	var all []put
	var failed error
	add := func(p put, err error) {
		failed = errors.Join(failed, err)
		all = append(all, p)
	}
	for _, p := range change.Packages {
		add(putPackage(p))
	}
	for _, r := range change.Rejections {
		add(putRejection(r))
	}
	if change.Project != nil {
		project, err := putProject(*change.Project)
		failed = errors.Join(failed, err)
		all = append(all, project...)
	}
	if change.Release != nil {
		add(putRelease(*change.Release))
		add(putVersion(*change.Release))
	}
	for _, d := range change.Deployments {
		add(putDeployment(d))
	}
	for _, e := range change.Environments {
		add(putEnvironment(e))
	}
	for _, s := range change.Steps {
		add(putStep(s))
	}
	for _, s := range change.Runbooks {
		add(putRunbook(s))
	}
	for _, r := range change.Runs {
		add(putRun(r))
	}
	for _, o := range change.Occasions {
		add(t.putOccasion(o))
	}
	return all, failed
}
