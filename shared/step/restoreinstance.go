package step

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

// An instanceCopy is a restored RDS instance.
type instanceCopy struct {
	client *rds.Client
	w      Work
	name   string
}

func newInstanceCopy(c aws.Config, w Work, name string) instanceCopy {
	return instanceCopy{rds.NewFromConfig(c), w, name}
}

// describe returns the instance, or nil when there is none.
func (i instanceCopy) describe(ctx context.Context) (*types.DBInstance, error) {
	found, err := i.client.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: &i.name})
	if missing := (*types.DBInstanceNotFoundFault)(nil); errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, backupRefused(err, restoreJob{}.Name(), i.w, "look at instance "+i.name)
	}
	if len(found.DBInstances) == 0 {
		return nil, nil
	}
	return &found.DBInstances[0], nil
}

// exists implements [restoredCopy].
func (i instanceCopy) exists(ctx context.Context) (bool, error) {
	found, err := i.describe(ctx)
	return found != nil, err
}

// The statuses of instances that matter here, per the RDS user guide, "Viewing Amazon RDS
// DB instance status".
const (
	instanceAvailable = "available"
	instanceDeleting  = "deleting"
)

// verify implements [restoredCopy]: RDS makes an instance available when its database
// accepts connections.
func (i instanceCopy) verify(ctx context.Context, _ restoreExpectations) ([]restoreCheck, bool, error) {
	found, err := i.describe(ctx)
	if err != nil {
		return nil, false, err
	}
	check := restoreCheck{Of: "instance " + i.name, Want: instanceAvailable, Found: "nothing"}
	if found == nil {
		return []restoreCheck{check}, true, nil
	}
	check.Found = aws.ToString(found.DBInstanceStatus)
	switch check.Found {
	case instanceAvailable:
		check.Passed = true
	case "failed", "incompatible-restore", "incompatible-network", "incompatible-parameters", "incompatible-option-group", "storage-full", instanceDeleting:
	default:
		return nil, false, nil
	}
	engine := aws.ToString(found.Engine) + " " + aws.ToString(found.EngineVersion)
	return []restoreCheck{check, {Of: "engine", Want: "any", Found: engine, Passed: true}}, true, nil
}

// remove implements [restoredCopy]. The instance is gone minutes after RDS has taken the
// request; no snapshot of it stays.
func (i instanceCopy) remove(ctx context.Context) (bool, error) {
	_, err := i.client.DeleteDBInstance(ctx, &rds.DeleteDBInstanceInput{
		DBInstanceIdentifier: &i.name, SkipFinalSnapshot: aws.Bool(true), DeleteAutomatedBackups: aws.Bool(true),
	})
	if missing := (*types.DBInstanceNotFoundFault)(nil); errors.As(err, &missing) {
		return true, nil
	}
	if busy := (*types.InvalidDBInstanceStateFault)(nil); errors.As(err, &busy) { // it is being deleted already, or still made
		found, err := i.describe(ctx)
		if err != nil || found == nil || aws.ToString(found.DBInstanceStatus) == instanceDeleting {
			return err == nil, err
		}
	}
	if err != nil {
		return false, backupRefused(err, restoreJob{}.Name(), i.w, "delete instance "+i.name)
	}
	return true, nil
}
