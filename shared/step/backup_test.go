package step_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"slipway/events"
	"slipway/shared/step"
)

const (
	orders   = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders"
	ofOrders = `{"resource":{"type":"dynamodb","name":"orders"},"vault":"nightly","role":"storefront-backup","retain":35}`
)

// backedUp returns a vault in which a backup of orders goes on as backup-1.
func backedUp(t *testing.T, with string) *vault {
	t.Helper()
	v := newVault(t)
	outcome, failure := v.start("backup", attempt("run_1", with))
	if failure != nil || outcome.Done {
		t.Fatalf("it comes to %+v, %v", outcome, failure)
	}
	return v
}

// backupEnds has the job end with that state, and returns what its event leads to.
func (v *vault) backupEnds(state types.BackupJobState, point *backup.DescribeRecoveryPointOutput) []string {
	v.t.Helper()
	job := v.backups["backup-1"]
	job.State = state
	if point != nil {
		job.RecoveryPointArn = point.RecoveryPointArn
	}
	return v.resume("aws.backup", "Backup Job State Change", `{"backupJobId":"backup-1","state":"COMPLETED"}`)
}

func TestABackupAsksForTheJobAsTheStepSays(t *testing.T) {
	v := backedUp(t, ofOrders)
	for _, call := range v.calls {
		in, ok := call.(*backup.StartBackupJobInput)
		if !ok {
			continue
		}
		if *in.ResourceArn != orders || *in.BackupVaultName != "nightly" || *in.IamRoleArn != "arn:aws:iam::111122223333:role/storefront-backup" ||
			*in.Lifecycle.DeleteAfterDays != 35 || *in.StartWindowMinutes != 60 || *in.CompleteWindowMinutes != 120 || len(*in.IdempotencyToken) != 64 {
			t.Errorf("it asks %+v", in)
		}
		return
	}
	t.Error("it asks for no job")
}

func TestABackupNamesEachTypeOfResource(t *testing.T) {
	for with, want := range map[string]string{
		`{"type":"dynamodb","name":"orders"}`:  orders,
		`{"type":"rds","name":"storefront"}`:   "arn:aws:rds:eu-central-1:111122223333:db:storefront",
		`{"type":"s3","name":"invoices.2026"}`: "arn:aws:s3:::invoices.2026",
	} {
		v := backedUp(t, strings.Replace(ofOrders, `{"type":"dynamodb","name":"orders"}`, with, 1))
		if in, ok := v.calls[1].(*backup.StartBackupJobInput); !ok || *in.ResourceArn != want {
			t.Errorf("%s: it asks %+v, want %s", with, v.calls[1], want)
		}
	}
}

func TestABackupIsDoneWhenItsRecoveryPointIsWhole(t *testing.T) {
	v := backedUp(t, ofOrders)
	point := v.point("new", orders, 0)
	v.backups["backup-1"].State, v.backups["backup-1"].RecoveryPointArn = types.BackupJobStateCompleted, point.RecoveryPointArn
	reports, err := v.runner.Resume(t.Context(), events.Raw{Source: "aws.backup", DetailType: "Backup Job State Change", Detail: json.RawMessage(`{"backupJobId":"backup-1"}`)})
	want := map[string]string{"recovery-point": *point.RecoveryPointArn, "size": "4096", "job": "backup-1"}
	if err != nil || len(reports) != 1 || !reports[0].Outcome.Done || !maps.Equal(reports[0].Outcome.Outputs, want) {
		t.Errorf("it comes to %+v, %v", reports, err)
	}
	if len(v.timers) > 0 {
		t.Errorf("timers are left: %v", v.timers)
	}
}

func TestARepeatedBackupIsTheSameJob(t *testing.T) {
	v := backedUp(t, ofOrders)
	v.repeat("backup")(ofOrders)
	if len(v.backups) != 1 {
		t.Errorf("%d jobs are started", len(v.backups))
	}
}

func TestABackupThatDoesNotEndWellFails(t *testing.T) {
	for state, want := range map[types.BackupJobState]string{
		types.BackupJobStateFailed:  "BackupFailed: backup job backup-1 ended as FAILED: no luck",
		types.BackupJobStatePartial: "BackupFailed: backup job backup-1 ended as PARTIAL: no luck",
		types.BackupJobStateExpired: "Expired: backup job backup-1 did not begin or end in its window: no luck",
		types.BackupJobStateAborted: "Stopped: backup job backup-1 was stopped: no luck",
	} {
		v := backedUp(t, ofOrders)
		v.backups["backup-1"].StatusMessage = aws.String("no luck")
		if got := v.backupEnds(state, nil); len(got) != 1 || got[0] != "run_1/check/1 "+want {
			t.Errorf("%s: %q, want %s", state, got, want)
		}
	}
}

func TestARecoveryPointThatIsNotWholeFailsTheBackup(t *testing.T) {
	for want, spoil := range map[string]func(p *backup.DescribeRecoveryPointOutput){
		"BadRecoveryPoint":   func(p *backup.DescribeRecoveryPointOutput) { p.Status = types.RecoveryPointStatusPartial },
		"EmptyRecoveryPoint": func(p *backup.DescribeRecoveryPointOutput) { p.BackupSizeInBytes = aws.Int64(0) },
		"NotFound":           func(p *backup.DescribeRecoveryPointOutput) { p.BackupVaultName = aws.String("other") },
	} {
		v := backedUp(t, ofOrders)
		point := v.point("new", orders, 0)
		spoil(point)
		got := v.backupEnds(types.BackupJobStateCompleted, point)
		if want == "NotFound" { // which it may be for a while
			got = v.due("backup", "backup-1")
		}
		if len(got) != 1 || !strings.HasPrefix(got[0], "run_1/check/1 "+want+": ") {
			t.Errorf("%q, want %s", got, want)
		}
	}
}

func TestARecoveryPointOfAnInstanceHasNoSize(t *testing.T) {
	v := backedUp(t, `{"resource":{"type":"rds","name":"storefront"},"vault":"nightly","role":"storefront-backup","retain":1}`)
	point := v.point("new", "arn:aws:rds:eu-central-1:111122223333:db:storefront", 0)
	point.BackupSizeInBytes = aws.Int64(0)
	if got := v.backupEnds(types.BackupJobStateCompleted, point); len(got) != 1 || got[0] != "run_1/check/1 done" {
		t.Errorf("it comes to %q", got)
	}
}

func TestABackupWaitsForARecoveryPointThatIsStillMade(t *testing.T) {
	v := backedUp(t, ofOrders)
	point := v.point("new", orders, 0)
	point.Status = types.RecoveryPointStatusCreating
	if got := v.backupEnds(types.BackupJobStateCompleted, point); len(got) > 0 {
		t.Fatalf("it comes to %q", got)
	}
	point.Status = types.RecoveryPointStatusCompleted
	if got := v.due("backup", "backup-1"); len(got) != 1 || got[0] != "run_1/check/1 done" {
		t.Errorf("it comes to %q", got)
	}
}

func TestABackupWhoseEventIsLostIsFoundAtItsTimeout(t *testing.T) {
	v := backedUp(t, ofOrders)
	point := v.point("new", orders, 0)
	v.backups["backup-1"].State, v.backups["backup-1"].RecoveryPointArn = types.BackupJobStateCompleted, point.RecoveryPointArn
	began := v.now
	if got := v.due("backup", "backup-1"); len(got) != 1 || got[0] != "run_1/check/1 done" || v.now.Sub(began) != time.Hour {
		t.Errorf("after %s it comes to %q", v.now.Sub(began), got)
	}
}

func TestABackupThatTakesTooLongIsStopped(t *testing.T) {
	v := backedUp(t, ofOrders)
	got := v.due("backup", "backup-1")
	if len(got) != 1 || !strings.HasPrefix(got[0], "run_1/check/1 TimedOut: ") || v.backups["backup-1"].State != types.BackupJobStateAborting {
		t.Errorf("it comes to %q, and the job is %s", got, v.backups["backup-1"].State)
	}
}

func TestCancellingABackupStopsItOnce(t *testing.T) {
	v := backedUp(t, ofOrders)
	of := step.Attempt{Execution: "run_1", Step: "check", Attempt: 1}
	for range 2 {
		if err := v.runner.Cancel(t.Context(), of); err != nil {
			t.Fatal(err)
		}
		v.backups["backup-1"].State = types.BackupJobStateAborted
	}
	if count := v.asked("*backup.StopBackupJobInput"); count != 1 {
		t.Errorf("it is told to stop %d times", count)
	}
}

func TestABackupThatAWSRefusesFails(t *testing.T) {
	for code, want := range map[string]string{
		"AccessDeniedException":          "AccessDenied: the rights of environment production are too few",
		"ResourceNotFoundException":      "NotFound: back up " + orders + " to vault nightly: refused; check the names",
		"InvalidParameterValueException": "Refused: back up " + orders,
		"LimitExceededException":         "LimitExceeded: back up " + orders,
	} {
		v := newVault(t)
		v.refuse["*backup.StartBackupJobInput"] = code
		_, failure := v.start("backup", attempt("run_1", ofOrders))
		if failure == nil || !strings.HasPrefix(failure.Error(), want) || failure.Permanent == (code == "LimitExceededException") {
			t.Errorf("%s: %v, want %s", code, failure, want)
		}
	}
}

func TestResolvedParametersOfABackupMustBeNames(t *testing.T) {
	for with, want := range map[string]string{
		`{"resource":{"type":"dynamodb","name":"a/b"},"vault":"nightly","role":"r","retain":1}`:    `BadParameter: resource: "a/b" is not a name of the type dynamodb`,
		`{"resource":{"type":"s3","name":"Invoices"},"vault":"nightly","role":"r","retain":1}`:     `BadParameter: resource: "Invoices" is not a name of the type s3`,
		`{"resource":{"type":"rds","name":"-db"},"vault":"nightly","role":"r","retain":1}`:         `BadParameter: resource: "-db" is not a name of the type rds`,
		`{"resource":{"type":"dynamodb","name":"orders"},"vault":"a b","role":"r","retain":1}`:     `BadParameter: vault: "a b" is not a vault's name`,
		`{"resource":{"type":"dynamodb","name":"orders"},"vault":"ab","role":"a:b","retain":1}`:    `BadParameter: role: "a:b" is not a role's name`,
		`{"resource":{"type":"dynamodb","name":"orders"},"vault":"ab","role":"x","retain":100000}`: `BadParameter: retain: is 100000`,
	} {
		_, failure := newVault(t).start("backup", attempt("run_1", with))
		if failure == nil || !failure.Permanent || !strings.HasPrefix(failure.Error(), want) {
			t.Errorf("%s: %v, want %s", with, failure, want)
		}
	}
}

func TestEventsOfBackupLeadToTheirJobs(t *testing.T) {
	for kind, detail := range map[string]string{"backup": `{"backupJobId":"1","state":"FAILED"}`, "restore": `{"restoreJobId":"1","status":"FAILED"}`} {
		found, _ := step.Lookup(kind)
		remote, ok := found.(step.Remote)
		if !ok {
			t.Fatalf("%s has no work elsewhere", kind)
		}
		name := map[string]string{"backup": "Backup", "restore": "Restore"}[kind] + " Job State Change"
		for _, e := range []struct {
			event events.Raw
			want  int
		}{
			{events.Raw{Source: "aws.backup", DetailType: name, Detail: []byte(detail)}, 1},
			{events.Raw{Source: "slipway", DetailType: name, Detail: []byte(detail)}, 0},
			{events.Raw{Source: "aws.backup", DetailType: "Copy Job State Change", Detail: []byte(detail)}, 0},
			{events.Raw{Source: "aws.backup", DetailType: name, Detail: []byte(`{}`)}, 0},
			{events.Raw{Source: "aws.backup", DetailType: name, Detail: []byte(`[]`)}, 0},
		} {
			if got := remote.Works(e.event); len(got) != e.want {
				t.Errorf("%s: %s of %s leads to %q", kind, e.event.DetailType, e.event.Source, got)
			}
		}
	}
}
