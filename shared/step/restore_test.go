package step_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/shared/step"
)

// drill returns a restore's parameters with the given ones beside those that it needs.
func drill(resource, more string) string {
	kind, name, _ := strings.Cut(resource, "/")
	return fmt.Sprintf(`{"resource":{"type":%q,"name":%q},"vault":"nightly","role":"storefront-backup"%s}`, kind, name, more)
}

// evidenceKey is where the evidence of the tests' attempt is.
const evidenceKey = "evidence/run_1/check/1.json"

// restoring returns a vault in which a restore to a copy of orders, named
// orders-restored-drill, goes on as restore-1.
func restoring(t *testing.T, more string) *vault {
	t.Helper()
	v := newVault(t)
	v.point("new", orders, time.Hour)
	outcome, failure := v.start("restore", attempt("run_1", drill("dynamodb/orders", `,"to":"orders-restored-drill"`+more)))
	if failure != nil || outcome.Done {
		t.Fatalf("it comes to %+v, %v", outcome, failure)
	}
	return v
}

// restored has the restore make the table with the items and end, and returns what its
// event leads to.
func (v *vault) restored(items ...string) []string {
	v.t.Helper()
	v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusActive, items}
	return v.restoreEnds(types.RestoreJobStatusCompleted, orders+"-restored-drill")
}

func (v *vault) restoreEnds(status types.RestoreJobStatus, created string) []string {
	v.t.Helper()
	job := v.restores["restore-1"]
	job.Status, job.CompletionDate, job.StatusMessage = status, aws.Time(v.now), aws.String("no luck")
	if created != "" {
		job.CreatedResourceArn = &created
	}
	return v.restoreEvent()
}

func (v *vault) restoreEvent() []string {
	return v.resume("aws.backup", "Restore Job State Change", `{"restoreJobId":"restore-1"}`)
}

// evidence returns what the attempt's evidence says.
func (v *vault) evidence() (e struct {
	Plan struct {
		Resource, Point, Copy string
		Size                  int64
	}
	Job          string
	Passed, Kept bool
	Error        string
	Checks       []struct {
		Of, Found string
		Passed    bool
	}
}) {
	v.t.Helper()
	if err := json.Unmarshal([]byte(v.read("work", evidenceKey)), &e); err != nil {
		v.t.Fatal(err)
	}
	return e
}

// wantReport asserts that the event led to that end alone.
func (v *vault) wantReport(got []string, begins string) {
	v.t.Helper()
	if len(got) != 1 || !strings.HasPrefix(got[0], "run_1/check/1 "+begins) {
		v.t.Errorf("it comes to %q, want %s", got, begins)
	}
}

func TestADrillProvesTheRestoreAndDeletesTheCopy(t *testing.T) {
	v := restoring(t, `,"verify":{"count":{"min":3},"keys":[{"id":"order-3"}]}`)
	v.wantReport(v.restored("order-1", "order-2", "order-3"), "done")
	e := v.evidence()
	if !e.Passed || e.Kept || e.Job != "restore-1" || e.Plan.Resource != orders || e.Plan.Copy != "orders-restored-drill" || e.Plan.Size != 4096 ||
		!strings.HasSuffix(e.Plan.Point, ":new") || len(e.Checks) != 3 || e.Checks[1].Found != "3 or more" {
		t.Errorf("the evidence is %+v", e)
	}
	if len(v.tables) > 0 || len(v.timers) > 0 {
		t.Errorf("left are the tables %v and the timers %v", v.tables, v.timers)
	}
	if log := v.read("work", "logs/run_1/check/1.log"); !strings.Contains(log, "items: 3 or more, want 3 or more: passed") {
		t.Errorf("the log is %s", log)
	}
}

func TestTheOutputsNameTheEvidence(t *testing.T) {
	v := restoring(t, `,"keep":true`)
	v.restored("order-1")
	outcome, failure := v.start("restore", attempt("run_1", drill("dynamodb/orders", `,"to":"orders-restored-drill","keep":true`)))
	want := map[string]string{"evidence": evidenceKey, "recovery-point": *v.points[0].RecoveryPointArn, "copy": "orders-restored-drill"}
	if failure != nil || !outcome.Done || !maps.Equal(outcome.Outputs, want) {
		t.Errorf("it comes to %+v, %v", outcome, failure)
	}
	if len(v.tables) != 1 || len(v.restores) != 1 {
		t.Errorf("there are %d tables and %d restores", len(v.tables), len(v.restores))
	}
}

func TestACopyThatLacksWhatIsExpectedFailsAndIsDeleted(t *testing.T) {
	for verify, want := range map[string]string{
		`{"count":{"min":3}}`:      "VerificationFailed: items: 2, want 3 or more; the evidence is " + evidenceKey,
		`{"keys":[{"id":"gone"}]}`: `VerificationFailed: item id="gone": not there, want there`,
		`{"keys":[{"id":7}]}`:      "VerificationFailed: item id=7: the key is not the schema's, want there",
	} {
		v := restoring(t, `,"keep":true,"verify":`+verify)
		v.wantReport(v.restored("order-1", "order-2"), want)
		if e := v.evidence(); e.Passed || e.Kept || e.Error != "VerificationFailed" {
			t.Errorf("%s: the evidence is %+v", verify, e)
		}
		if len(v.tables) > 0 {
			t.Errorf("%s: the copy stays", verify)
		}
	}
}

func TestAnEmptyCopyFailsByItself(t *testing.T) {
	v := restoring(t, "")
	v.wantReport(v.restored(), "VerificationFailed: items: 0, want 1 or more")
}

func TestTheLatestCompletePointOfTheVaultIsRestored(t *testing.T) {
	v := newVault(t)
	v.point("older", orders, 2*time.Hour)
	v.point("right", orders, time.Hour)
	v.point("continuous:1", orders, time.Minute)
	v.point("elsewhere", orders, time.Minute).BackupVaultName = aws.String("other")
	v.point("partial", orders, time.Minute).Status = types.RecoveryPointStatusPartial
	v.point("of-another", orders+"-2", time.Minute)
	if _, failure := v.start("restore", attempt("run_1", drill("dynamodb/orders", ""))); failure != nil {
		t.Fatal(failure)
	}
	if got := *v.restores["restore-1"].RecoveryPointArn; !strings.HasSuffix(got, ":right") {
		t.Errorf("it restores %s", got)
	}
}

func TestARepeatedRestoreKeepsItsPointAndItsCopy(t *testing.T) {
	v := restoring(t, "")
	v.point("newer", orders, time.Minute)
	v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusCreating, nil}
	v.repeat("restore")(drill("dynamodb/orders", `,"to":"orders-restored-drill"`))
	if len(v.restores) != 1 || !strings.HasSuffix(*v.restores["restore-1"].RecoveryPointArn, ":new") {
		t.Errorf("the restores are %v", v.restores)
	}
}

func TestARestoreThatCantBeginFails(t *testing.T) {
	point := "arn:aws:backup:eu-central-1:111122223333:recovery-point:"
	for with, want := range map[string]string{
		drill("dynamodb/other", ""):                                      "NoRecoveryPoint: vault nightly has no complete recovery point of",
		drill("dynamodb/orders", `,"recovery-point":"`+point+`gone"`):    "NotFound: look at recovery point",
		drill("dynamodb/orders", `,"recovery-point":"`+point+`other"`):   "OtherResource: recovery point",
		drill("dynamodb/orders", `,"recovery-point":"`+point+`partial"`): "BadRecoveryPoint: recovery point",
		drill("dynamodb/orders", `,"recovery-point":"arn:x"`):            `BadParameter: recovery-point: "arn:x" is no ARN`,
		drill("dynamodb/orders", `,"to":"orders-restored-there"`):        "CopyExists: dynamodb orders-restored-there is there already",
		drill("dynamodb/orders", `,"to":"users-restored-1"`):             `BadParameter: to: "users-restored-1" does not begin with orders-restored-`,
		drill("dynamodb/orders", `,"to":"orders-restored-a/b"`):          `BadParameter: to: "orders-restored-a/b" is not a name of the type dynamodb`,
		drill("s3/"+strings.Repeat("a", 50), ""):                         "BadParameter: to: ",
	} {
		v := newVault(t)
		v.point("new", orders, time.Hour)
		v.point("other", "arn:aws:s3:::invoices", time.Hour)
		v.point("partial", orders, time.Hour).Status = types.RecoveryPointStatusPartial
		v.tables["orders-restored-there"] = &restoredTable{table.TableStatusActive, []string{"kept"}}
		_, failure := v.start("restore", attempt("run_1", with))
		if failure == nil || !failure.Permanent || !strings.HasPrefix(failure.Error(), want) {
			t.Errorf("%s: %v, want %s", with, failure, want)
		}
		if len(v.restores) > 0 || len(v.tables) != 1 {
			t.Errorf("%s: it has an effect", with)
		}
	}
}

func TestAFailedRestoreDeletesWhatItHasMade(t *testing.T) {
	for created, left := range map[string]int{orders + "-restored-drill": 0, "": 1} {
		v := restoring(t, "")
		v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusActive, nil}
		v.wantReport(v.restoreEnds(types.RestoreJobStatusFailed, created), "RestoreFailed: restore job restore-1 ended as FAILED: no luck")
		if len(v.tables) != left {
			t.Errorf("created %q: %d tables are left, want %d", created, len(v.tables), left)
		}
	}
}

func TestOnlyWhatTheJobHasMadeIsDeleted(t *testing.T) {
	v := restoring(t, "")
	v.tables["orders"] = &restoredTable{table.TableStatusActive, []string{"order-1"}}
	v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusActive, []string{"order-1"}}
	v.wantReport(v.restoreEnds(types.RestoreJobStatusCompleted, orders), "OtherCopy: the restore job has created "+orders)
	if len(v.tables) != 2 {
		t.Errorf("the tables are %v", v.tables)
	}
}

func TestAnEventThatComesAgainDeletesNoOtherCopy(t *testing.T) {
	v := restoring(t, "")
	v.restored("order-1")
	v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusActive, []string{"of the next run"}}
	v.wantReport(v.restoreEvent(), "done")
	if len(v.tables) != 1 {
		t.Error("the next run's copy is deleted")
	}
}

func TestADrillGoesOnWhereItWasCutOff(t *testing.T) {
	for _, request := range []string{"*dynamodb.DescribeTableInput", "*dynamodb.ScanInput", "*dynamodb.DeleteTableInput"} {
		v := restoring(t, "")
		v.refuse[request] = "InternalServerError"
		v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusActive, []string{"order-1"}}
		v.restores["restore-1"].Status, v.restores["restore-1"].CreatedResourceArn = types.RestoreJobStatusCompleted, aws.String(orders+"-restored-drill")
		if err := v.interrupted(); err == nil {
			t.Errorf("%s: it is not cut off", request)
		}
		delete(v.refuse, request)
		v.wantReport(v.restoreEvent(), "done")
		if len(v.tables) > 0 {
			t.Errorf("%s: the copy stays", request)
		}
	}
}

func TestACopyThatCantBeLookedAtIsDeletedAllTheSame(t *testing.T) {
	v := restoring(t, "")
	v.refuse["*dynamodb.ScanInput"] = "AccessDeniedException"
	v.wantReport(v.restored("order-1"), "AccessDenied: the rights of environment production are too few")
	if len(v.tables) > 0 {
		t.Error("the copy stays")
	}
}

func TestAVerificationWaitsUntilTheTableIsActive(t *testing.T) {
	v := restoring(t, "")
	v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusCreating, []string{"order-1"}}
	if got := v.restoreEnds(types.RestoreJobStatusCompleted, orders+"-restored-drill"); len(got) > 0 {
		t.Fatalf("it comes to %q", got)
	}
	v.tables["orders-restored-drill"].status = table.TableStatusActive
	v.wantReport(v.due("restore", "verify/restore-1"), "done")
}

func TestATableThatIsNeverActiveTimesOutAndIsDeleted(t *testing.T) {
	v := restoring(t, "")
	v.tables["orders-restored-drill"] = &restoredTable{table.TableStatusCreating, nil}
	v.now = v.now.Add(2 * time.Hour)
	v.wantReport(v.restoreEnds(types.RestoreJobStatusCompleted, orders+"-restored-drill"), "TimedOut: orders-restored-drill was restored but not ready")
	if len(v.tables) > 0 {
		t.Error("the copy stays")
	}
}

func TestARestoreThatTakesTooLongIsDeletedWhenItEnds(t *testing.T) {
	v := restoring(t, "")
	v.wantReport(v.due("restore", "restore-1"), "TimedOut: restore job restore-1 was not done after 1h0m0s and can't be stopped")
	if got := v.due("restore", "restore-1"); len(got) > 0 { // an hour later it goes on still
		t.Errorf("it comes to %q", got)
	}
	v.wantReport(v.restored("order-1"), "TimedOut: ")
	if len(v.tables) > 0 {
		t.Error("the copy stays")
	}
}

func TestACancelledRestoreIsDeletedWhenItEnds(t *testing.T) {
	v := restoring(t, `,"keep":true`)
	for range 2 {
		v.cancel()
	}
	v.wantReport(v.restored("order-1"), "Cancelled: the step was stopped")
	if e := v.evidence(); e.Error != "Cancelled" || len(v.tables) > 0 {
		t.Errorf("the evidence is %+v, the tables are %v", e, v.tables)
	}
}

func TestCancellingAfterTheEndChangesNothing(t *testing.T) {
	v := restoring(t, `,"keep":true`)
	v.restored("order-1")
	v.cancel()
	v.wantReport(v.restoreEvent(), "done")
	if len(v.tables) != 1 || !v.evidence().Kept {
		t.Error("the copy is deleted")
	}
}

// interrupted lets the event come, and returns the error that is no failure of the step.
func (v *vault) interrupted() error {
	_, err := v.runner.Resume(v.t.Context(), restoreJobEvent())
	var failure *step.Failure
	if errors.As(err, &failure) {
		v.t.Fatal(failure)
	}
	return err
}

func (v *vault) cancel() {
	v.t.Helper()
	if err := v.runner.Cancel(v.t.Context(), step.Attempt{Execution: "run_1", Step: "check", Attempt: 1}); err != nil {
		v.t.Fatal(err)
	}
}

// metadataOf starts a restore of the resource and returns the job's metadata.
func metadataOf(t *testing.T, resource, arn string) map[string]string {
	t.Helper()
	v := newVault(t)
	v.point("new", arn, time.Hour)
	if _, failure := v.start("restore", attempt("run_1", drill(resource, ""))); failure != nil {
		t.Fatal(failure)
	}
	for _, call := range v.calls {
		if in, ok := call.(*backup.StartRestoreJobInput); ok && *in.IamRoleArn != "arn:aws:iam::111122223333:role/storefront-backup" {
			t.Errorf("the role is %s", *in.IamRoleArn)
		}
	}
	return v.metadata["restore-1"]
}

func TestACopyIsPrivateAndDeletable(t *testing.T) {
	for _, c := range []struct {
		resource, arn, name string
		want                map[string]string
	}{
		{"dynamodb/orders", orders, "targetTableName", map[string]string{"encryptionType": "Default", "deletionProtection": "false"}},
		{"s3/invoices", "arn:aws:s3:::invoices", "destinationBucketName",
			map[string]string{"newBucket": "true", "encrypted": "true", "encryptionType": "SSE-S3", "restoreACLs": "false"}},
		{"rds/storefront", "arn:aws:rds:eu-central-1:111122223333:db:storefront", "DBInstanceIdentifier", map[string]string{"DeletionProtection": "false",
			"MultiAZ": "false", "PubliclyAccessible": "false", "DBSubnetGroupName": "private", "VpcSecurityGroupIds": `["sg-1"]`}},
	} {
		got := metadataOf(t, c.resource, c.arn)
		_, name, _ := strings.Cut(c.resource, "/")
		if copied := got[c.name]; !strings.HasPrefix(copied, name+"-restored-") || len(copied) != len(name)+len("-restored-")+8 {
			t.Errorf("%s: the copy is %q", c.resource, copied)
		}
		delete(got, c.name)
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: the metadata are %v, want %v", c.resource, got, c.want)
		}
	}
}

func TestOnlyCopiesCanBeReadAndDeleted(t *testing.T) {
	kind, _ := step.Lookup("restore")
	privileged, ok := kind.(step.Privileged)
	if !ok {
		t.Fatal("restore has no permissions")
	}
	for _, p := range privileged.Permissions() {
		for _, resource := range p.Resources {
			service, _, _ := strings.Cut(p.Actions[0], ":")
			if service != "backup" && service != "iam" && !strings.Contains(resource, "{name.2}-restored-*") {
				t.Errorf("%s is allowed on %s", p.Actions, resource)
			}
		}
	}
}
