package step_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	bucket "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"slipway/events"
)

func TestAJobThatAWSBackupKnowsLateIsFollowed(t *testing.T) {
	for kind, c := range map[string]struct{ describe, with, job string }{
		"backup":  {"*backup.DescribeBackupJobInput", ofOrders, "backup-1"},
		"restore": {"*backup.DescribeRestoreJobInput", drill("dynamodb/orders", ""), "restore-1"},
	} {
		v := newVault(t)
		v.point("new", orders, 0)
		v.refuse[c.describe] = "ResourceNotFoundException"
		if outcome, failure := v.start(kind, attempt("run_1", c.with)); failure != nil || outcome.Done {
			t.Errorf("%s: at first it comes to %+v, %v", kind, outcome, failure)
			continue
		}
		delete(v.refuse, c.describe)
		if ends := v.due(kind, c.job); len(ends) > 0 {
			t.Errorf("%s: known, it comes to %q", kind, ends)
		}
		v.refuse[c.describe] = "ResourceNotFoundException"
		if ends := v.due(kind, c.job); len(ends) != 1 || !strings.Contains(ends[0], " NotFound: ") { // which is an hour later
			t.Errorf("%s: gone, it comes to %q", kind, ends)
		}
	}
}

func TestARecoveryPointThatIsKnownLateIsWaitedFor(t *testing.T) {
	v := backedUp(t, ofOrders)
	point := v.point("new", orders, 0)
	v.refuse["*backup.DescribeRecoveryPointInput"] = "ResourceNotFoundException"
	if ends := v.backupEnds(types.BackupJobStateCompleted, point); len(ends) > 0 {
		t.Fatalf("at first it comes to %q", ends)
	}
	delete(v.refuse, "*backup.DescribeRecoveryPointInput")
	if ends := v.due("backup", "backup-1"); len(ends) != 1 || ends[0] != "run_1/check/1 done" {
		t.Errorf("it comes to %q", ends)
	}
}

func TestACheckThatIsThrottledKeepsItsTimer(t *testing.T) {
	v := backedUp(t, ofOrders)
	job := v.backups["backup-1"]
	job.State, job.RecoveryPointArn = types.BackupJobStateCompleted, v.point("new", orders, 0).RecoveryPointArn
	v.refuse["*backup.DescribeRecoveryPointInput"] = "ThrottlingException"
	event := events.Raw{Source: "aws.backup", DetailType: "Backup Job State Change", Detail: []byte(`{"backupJobId":"backup-1"}`)}
	if _, err := v.runner.Resume(t.Context(), event); err == nil {
		t.Error("nobody is told that the check is to be repeated")
	}
	delete(v.refuse, "*backup.DescribeRecoveryPointInput")
	if ends := v.due("backup", "backup-1"); len(ends) != 1 || ends[0] != "run_1/check/1 done" {
		t.Errorf("it comes to %q", ends)
	}
}

func TestVersionsThatS3CanNotDeleteNowAreDeletedLater(t *testing.T) {
	v := restoringBucket(t, "")
	v.answer = func(request any) (any, error) {
		if _, ok := request.(*sdk.DeleteObjectsInput); ok {
			return &sdk.DeleteObjectsOutput{Errors: []bucket.Error{{Key: aws.String("2025/1"), Code: aws.String("SlowDown"), Message: aws.String("Reduce your request rate.")}}}, nil
		}
		return v.serve(request)
	}
	job := v.restores["restore-1"]
	job.Status, job.CreatedResourceArn = "COMPLETED", aws.String("arn:aws:s3:::invoices-restored-drill")
	if reports, err := v.runner.Resume(t.Context(), restoreJobEvent()); err == nil {
		t.Errorf("it comes to %+v", reports)
	}
	v.answer = v.serve
	v.wantReport(v.restoreEvent(), "done")
}
