package step

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
)

// A restorePlan is what an attempt restores and to where. It is kept before the job is
// started, so that repeating Start neither takes another recovery point that has become
// the latest meanwhile nor takes its own copy for somebody else's.
type restorePlan struct {
	Resource string    `json:"resource"` // ARN of the original
	Point    string    `json:"point"`    // ARN of the recovery point
	TakenAt  time.Time `json:"takenAt"`
	Size     int64     `json:"size"` // in bytes; 0 for an RDS instance
	Copy     string    `json:"copy"` // name
}

// planEntry is the name of the plan in the attempt's journal.
const planEntry = "restore"

// planned returns the attempt's plan, which is made when there is none yet.
func (r restoring) planned(ctx context.Context) (restorePlan, error) {
	plan, known, err := entered[restorePlan](ctx, r.journal, planEntry)
	if err != nil || known {
		return plan, err
	}
	if plan, err = r.choose(ctx); err != nil {
		return plan, err
	}
	there, err := r.copy.exists(ctx)
	if err != nil {
		return plan, err
	}
	if there {
		return plan, permanent("CopyExists", "%s %s is there already; delete it or give another name as to:", r.p.Resource.Type, plan.Copy)
	}
	return enter(ctx, r.journal, planEntry, plan)
}

// choose returns a plan with the recovery point that the parameters ask for.
func (r restoring) choose(ctx context.Context) (restorePlan, error) {
	place, err := newBackupPlace(ctx, r.config)
	if err != nil {
		return restorePlan{}, err
	}
	plan := restorePlan{Resource: place.resource(r.p.Resource), Point: r.p.RecoveryPoint, Copy: r.p.copyName(r.w)}
	if plan.Point == latestPoint {
		if plan.Point, err = r.latest(ctx, plan.Resource); err != nil {
			return plan, err
		}
	}
	point, err := r.backup.DescribeRecoveryPoint(ctx, &backup.DescribeRecoveryPointInput{BackupVaultName: &r.p.Vault, RecoveryPointArn: &plan.Point})
	if err != nil {
		return plan, backupRefused(err, restoreJob{}.Name(), r.w, "look at recovery point "+plan.Point)
	}
	switch {
	case aws.ToString(point.ResourceArn) != plan.Resource:
		return plan, permanent("OtherResource", "recovery point %s is of %s and not of %s; name one of that", plan.Point, aws.ToString(point.ResourceArn), plan.Resource)
	case point.Status != types.RecoveryPointStatusCompleted:
		return plan, permanent("BadRecoveryPoint", "recovery point %s is %s: %s; name one that is COMPLETED", plan.Point, point.Status, aws.ToString(point.StatusMessage))
	}
	plan.TakenAt, plan.Size = aws.ToTime(point.CreationDate), aws.ToInt64(point.BackupSizeInBytes)
	return plan, nil
}

// latest returns the newest complete recovery point of the resource in the vault.
func (r restoring) latest(ctx context.Context, resource string) (string, error) {
	var newest types.RecoveryPointByResource
	pages := backup.NewListRecoveryPointsByResourcePaginator(r.backup, &backup.ListRecoveryPointsByResourceInput{ResourceArn: &resource})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", backupRefused(err, restoreJob{}.Name(), r.w, "list the recovery points of "+resource)
		}
		for _, point := range page.RecoveryPoints {
			if r.restorable(point) && aws.ToTime(point.CreationDate).After(aws.ToTime(newest.CreationDate)) {
				newest = point
			}
		}
	}
	if newest.RecoveryPointArn == nil {
		return "", permanent("NoRecoveryPoint", "vault %s has no complete recovery point of %s; back it up first, with a step of the kind backup", r.p.Vault, resource)
	}
	return *newest.RecoveryPointArn, nil
}

// restorable tells whether the point is complete, in the vault, and no continuous backup,
// which has a range of times to restore instead of one.
func (r restoring) restorable(p types.RecoveryPointByResource) bool {
	name := aws.ToString(p.RecoveryPointArn)
	continuous := strings.Contains(name, ":recovery-point:continuous:") || strings.Contains(name, ":auto-backup:")
	return p.Status == types.RecoveryPointStatusCompleted && aws.ToString(p.BackupVaultName) == r.p.Vault && !continuous
}
