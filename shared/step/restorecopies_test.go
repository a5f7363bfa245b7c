package step_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"slipway/events"
)

// restoreJobEvent is the event of the end of restore-1.
func restoreJobEvent() events.Raw {
	return events.Raw{Source: "aws.backup", DetailType: "Restore Job State Change", Detail: []byte(`{"restoreJobId":"restore-1"}`)}
}

// restoringBucket returns a vault in which a restore of the bucket invoices has made the
// copy invoices-restored-drill with two objects.
func restoringBucket(t *testing.T, more string) *vault {
	t.Helper()
	v := newVault(t)
	v.point("new", "arn:aws:s3:::invoices", time.Hour)
	if _, failure := v.start("restore", attempt("run_1", drill("s3/invoices", `,"to":"invoices-restored-drill"`+more))); failure != nil {
		t.Fatal(failure)
	}
	v.buckets["invoices-restored-drill"] = map[string]string{"2025/1": "one", "2026/1": "two"}
	return v
}

func TestABucketIsHeldAgainstItsExpectations(t *testing.T) {
	sum := sha256.Sum256([]byte("one"))
	one := hex.EncodeToString(sum[:])
	object := func(key, sha256 string) string {
		return fmt.Sprintf(`,"verify":{"objects":[{"key":%q,"sha256":%q}]}`, key, sha256)
	}
	for more, want := range map[string]string{
		"":                                          "done",
		`,"verify":{"count":{"min":2}}`:             "done",
		object("2025/1", one):                       "done",
		`,"verify":{"count":{"min":3}}`:             "VerificationFailed: objects: 2, want 3 or more",
		`,"verify":{"prefix":"2027/"}`:              "VerificationFailed: objects under 2027/: 0, want 1 or more",
		object("2026/1", one):                       "VerificationFailed: object 2026/1: sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3, want sha256:" + one,
		object("2027/1", one):                       "VerificationFailed: object 2027/1: not there, want sha256:" + one,
		`,"verify":{"count":{"min":1}},"keep":true`: "done",
	} {
		v := restoringBucket(t, more)
		v.wantReport(v.restoreEnds(types.RestoreJobStatusCompleted, "arn:aws:s3:::invoices-restored-drill"), want)
		if kept := strings.Contains(more, "keep"); len(v.buckets) > 0 != kept {
			t.Errorf("%s: left are the buckets %v", more, v.buckets)
		}
	}
}

func TestABucketOfAnotherAccountIsNoCopy(t *testing.T) {
	v := newVault(t)
	v.point("new", "arn:aws:s3:::invoices", time.Hour)
	v.refuse["*s3.HeadBucketInput"] = "Forbidden"
	_, failure := v.start("restore", attempt("run_1", drill("s3/invoices", "")))
	if failure == nil || !strings.HasPrefix(failure.Error(), "AccessDenied: bucket invoices-restored-") {
		t.Errorf("it comes to %v", failure)
	}
}

func TestAnInstanceIsProvenByBeingAvailable(t *testing.T) {
	const storefront = "arn:aws:rds:eu-central-1:111122223333:db:storefront"
	for status, want := range map[string]string{
		"available":            "done",
		"incompatible-network": "VerificationFailed: instance storefront-restored-drill: incompatible-network, want available",
	} {
		v := newVault(t)
		v.point("new", storefront, time.Hour)
		if _, failure := v.start("restore", attempt("run_1", drill("rds/storefront", `,"to":"storefront-restored-drill"`))); failure != nil {
			t.Fatal(failure)
		}
		v.instances["storefront-restored-drill"] = "creating"
		if got := v.restoreEnds(types.RestoreJobStatusCompleted, storefront+"-restored-drill"); len(got) > 0 {
			t.Fatalf("it comes to %q", got)
		}
		v.instances["storefront-restored-drill"] = status
		v.wantReport(v.due("restore", "verify/restore-1"), want)
		if got := v.instances["storefront-restored-drill"]; got != "deleting" {
			t.Errorf("%s: the copy is %s", status, got)
		}
	}
}
