package s3_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"slipway/infra/local/s3"
)

func TestVersionedBucketKeepsEveryVersion(t *testing.T) {
	eachKeeping(t, func(t *testing.T, s *stack) {
		first, second := s.put("kept", "k", "one"), s.put("kept", "k", "two")
		if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("kept"), Key: aws.String("k")}); got != "two" {
			t.Errorf("current version holds %q", got)
		}
		for id, want := range map[*string]string{first.VersionId: "one", second.VersionId: "two"} {
			if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("kept"), Key: aws.String("k"), VersionId: id}); got != want {
				t.Errorf("version %s holds %q, want %q", *id, got, want)
			}
			h := s.send("HEAD", "/kept/k?versionId="+*id, "").Header
			if h.Get("X-Amz-Version-Id") != *id {
				t.Errorf("HEAD ignores versionId: %v", h)
			}
		}
	})
}

func TestDeleteMarkerHidesTheObjectUntilItIsDeleted(t *testing.T) {
	s := newStack(t, "")
	s.put("kept", "k", "one")
	deleted := s.send("DELETE", "/kept/k", "").Header
	marker := deleted.Get("X-Amz-Version-Id")
	if deleted.Get("X-Amz-Delete-Marker") != "true" || marker == "" {
		t.Fatalf("DELETE answered %v", deleted)
	}
	if got := s.send("GET", "/kept/k", ""); got.StatusCode != 404 || got.Header.Get("X-Amz-Delete-Marker") != "true" {
		t.Errorf("GET behind a marker: %d %v", got.StatusCode, got.Header)
	}
	if got := s.send("GET", "/kept/k?versionId="+marker, ""); got.StatusCode != 405 || got.Header.Get("Allow") != "DELETE" {
		t.Errorf("GET of a marker: %d %v", got.StatusCode, got.Header)
	}
	if got := s.send("DELETE", "/kept/k?versionId="+marker, "").Header; got.Get("X-Amz-Delete-Marker") != "true" {
		t.Errorf("DELETE of a marker answered %v", got)
	}
	if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("kept"), Key: aws.String("k")}); got != "one" {
		t.Errorf("the object came back as %q", got)
	}
}

func TestSuspendedVersioningReplacesOnlyTheNullVersion(t *testing.T) {
	s := newStack(t, "")
	ctx, client := context.Background(), s.client("https")
	kept := s.put("kept", "k", "one")
	_, err := client.PutBucketVersioning(ctx, &sdk.PutBucketVersioningInput{Bucket: aws.String("kept"),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
	s.must(err)
	s.put("kept", "k", "two")
	s.put("kept", "k", "three")
	out, err := client.ListObjectVersions(ctx, &sdk.ListObjectVersionsInput{Bucket: aws.String("kept")})
	s.must(err)
	if len(out.Versions) != 2 || *out.Versions[0].VersionId != "null" || *out.Versions[1].VersionId != *kept.VersionId {
		t.Errorf("versions: %+v", out.Versions)
	}
	if got := s.send("DELETE", "/kept/k", "").Header.Get("X-Amz-Version-Id"); got != "null" {
		t.Errorf("the marker's version id is %q, want null", got)
	}
	if got := s.send("GET", "/kept/k?versionId=null", ""); got.StatusCode != 405 {
		t.Errorf("the null marker did not replace the null version: %d", got.StatusCode)
	}
}

func TestDeleteObjectsReportsEachKey(t *testing.T) {
	s := newStack(t, "")
	put := s.put("kept", "k", "one")
	out, err := s.client("https").DeleteObjects(context.Background(), &sdk.DeleteObjectsInput{Bucket: aws.String("kept"), Delete: &types.Delete{
		Objects: []types.ObjectIdentifier{{Key: aws.String("k"), VersionId: put.VersionId}, {Key: aws.String("none")},
			{Key: aws.String("k"), ETag: aws.String("x")}}}})
	s.must(err)
	if len(out.Deleted) != 2 || !*out.Deleted[1].DeleteMarker || len(out.Errors) != 1 || *out.Errors[0].Code != "NoSuchKey" {
		t.Errorf("deleted %+v, errors %+v", out.Deleted, out.Errors)
	}
}

func TestCreatedReportsObjectsOfBucketsWithEvents(t *testing.T) {
	s := newStack(t, "")
	s.put("plain", "k", "hello")
	s.put("kept", "k", "hello")
	s.send("PUT", "/kept/k", "", "x-amz-copy-source: plain/k")
	s.send("DELETE", "/kept/k", "")
	s.send("PUT", "/kept/k", "refused", `If-Match: "x"`)
	if len(s.created) != 2 {
		t.Fatalf("%d events, want 2: %+v", len(s.created), s.created)
	}
	put, copied := s.created[0], s.created[1]
	if put.Bucket != "kept" || put.Key != "k" || put.ETag != "5d41402abc4b2a76b9719d911017c592" || put.Size != 5 || put.Requester != "manager1" ||
		put.Reason != "PutObject" || put.VersionID == "" || put.RequestID == "" || put.SourceIP == "" || !put.Time.Equal(epoch) {
		t.Errorf("event %+v", put)
	}
	if copied.Reason != "CopyObject" || copied.Sequencer <= put.Sequencer {
		t.Errorf("event of the copy %+v", copied)
	}
}

func TestBuckets(t *testing.T) {
	s := newStack(t, "")
	ctx, client := context.Background(), s.client("https")
	for range 2 { // us-east-1 takes the second one too
		_, err := client.CreateBucket(ctx, &sdk.CreateBucketInput{Bucket: aws.String("mine")})
		s.must(err)
	}
	_, err := client.CreateBucket(ctx, &sdk.CreateBucketInput{Bucket: aws.String("Mine")})
	if code(err) != "InvalidBucketName" {
		t.Errorf("CreateBucket Mine: %v", err)
	}
	all, err := client.ListBuckets(ctx, &sdk.ListBucketsInput{MaxBuckets: aws.Int32(2)})
	s.must(err)
	rest, err := client.ListBuckets(ctx, &sdk.ListBucketsInput{ContinuationToken: all.ContinuationToken})
	s.must(err)
	if len(all.Buckets) != 2 || len(rest.Buckets) != 1 || *rest.Buckets[0].Name != "plain" {
		t.Errorf("buckets %+v, then %+v", all.Buckets, rest.Buckets)
	}
	s.put("mine", "k", "x")
	_, err = client.DeleteBucket(ctx, &sdk.DeleteBucketInput{Bucket: aws.String("mine")})
	if code(err) != "BucketNotEmpty" {
		t.Errorf("DeleteBucket: %v, want BucketNotEmpty", err)
	}
	s.send("DELETE", "/mine/k", "")
	s.send("POST", "/mine/k?uploads", "")
	_, err = client.DeleteBucket(ctx, &sdk.DeleteBucketInput{Bucket: aws.String("mine")})
	s.must(err)
	_, err = client.HeadBucket(ctx, &sdk.HeadBucketInput{Bucket: aws.String("mine")})
	if code(err) != "NotFound" {
		t.Errorf("HeadBucket: %v, want NotFound", err)
	}
	location, err := client.GetBucketLocation(ctx, &sdk.GetBucketLocationInput{Bucket: aws.String("plain")})
	s.must(err)
	if location.LocationConstraint != "" {
		t.Errorf("location %q", location.LocationConstraint)
	}
}

func TestDeclaredBucketIsIdempotentForAnIdenticalSpec(t *testing.T) {
	s := newStack(t, "")
	s.must(s.engine.CreateBucket(s3.BucketSpec{Name: "kept", Versioned: true, EventBridge: true}))
	if err := s.engine.CreateBucket(s3.BucketSpec{Name: "kept"}); err == nil || !strings.Contains(err.Error(), "kept") {
		t.Errorf("another spec: %v", err)
	}
	if err := s.engine.CreateBucket(s3.BucketSpec{Name: "a"}); err == nil {
		t.Error("a bucket of one letter was made")
	}
}
