package step

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// A bucketCopy is a restored S3 bucket.
type bucketCopy struct {
	client  *s3.Client
	objects *objects.Objects
	w       Work
	name    string
}

func newBucketCopy(c aws.Config, w Work, name string) bucketCopy {
	client := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = c.BaseEndpoint != nil }) // which has no names of buckets
	return bucketCopy{client, objects.New(client), w, name}
}

// exists implements [restoredCopy]. A bucket of another account exists, too: names of
// buckets are everybody's.
func (b bucketCopy) exists(ctx context.Context) (bool, error) {
	_, err := b.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.name})
	var api smithy.APIError
	switch {
	case err == nil:
		return true, nil
	case !errors.As(err, &api):
		return false, fmt.Errorf("look at bucket %s: %w", b.name, err)
	}
	switch api.ErrorCode() {
	case "NotFound", "NoSuchBucket":
		return false, nil
	case "Forbidden", "AccessDenied":
		return false, permanent("AccessDenied", "bucket %s can't be looked at: it is another account's, or the role of environment %s lacks s3:ListBucket there; choose another name or list it under allow: of environment %s in infra/platform.yaml", b.name, b.w.Environment, b.w.Environment)
	}
	return false, fmt.Errorf("look at bucket %s: %w", b.name, err)
}

// verify implements [restoredCopy].
func (b bucketCopy) verify(ctx context.Context, e restoreExpectations) ([]restoreCheck, bool, error) {
	count := 0
	for _, err := range b.objects.List(ctx, b.name, e.Prefix) {
		if errors.Is(err, objects.ErrNoBucket) {
			return []restoreCheck{{Of: "bucket " + b.name, Want: "there", Found: "nothing"}}, true, nil
		}
		if err != nil {
			return nil, false, backupRefused(err, restoreJob{}.Name(), b.w, "count the objects of bucket "+b.name)
		}
		if count++; count >= e.min() {
			break
		}
	}
	of := "objects"
	if e.Prefix != "" {
		of += " under " + e.Prefix
	}
	checks := []restoreCheck{countCheck(of, count, e.min())}
	for _, o := range e.Objects {
		check, err := b.object(ctx, o)
		if err != nil {
			return nil, false, err
		}
		checks = append(checks, check)
	}
	return checks, true, nil
}

// object hashes an object.
func (b bucketCopy) object(ctx context.Context, o objectExpectation) (restoreCheck, error) {
	check := restoreCheck{Of: "object " + o.Key, Want: "sha256:" + o.SHA256, Found: "not there"}
	at := objects.Location{Bucket: b.name, Key: o.Key}
	info, err := b.objects.Stat(ctx, at)
	if errors.Is(err, pipeline.ErrNotFound) {
		return check, nil
	}
	if err != nil {
		if errors.Is(err, pipeline.ErrRefused) { // HEAD has no body that could hold a code
			check.Found = "not readable"
			return check, nil
		}
		return check, backupRefused(err, restoreJob{}.Name(), b.w, "look at object "+at.String())
	}
	if info.Size > maxSample {
		check.Found = fmt.Sprintf("%d bytes, which are more than the %d that are hashed", info.Size, int64(maxSample))
		return check, nil
	}
	body, err := b.objects.Read(ctx, at)
	if err != nil {
		return check, backupRefused(err, restoreJob{}.Name(), b.w, "read object "+at.String())
	}
	defer body.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, body); err != nil {
		return check, fmt.Errorf("read object %s: %w", at, err)
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	check.Found, check.Passed = "sha256:"+sum, sum == o.SHA256
	return check, nil
}

// maxDeletedPages is how many pages, of 1,000 versions each, one call deletes: it has to
// end within the time that a function may run.
const maxDeletedPages = 100

// remove implements [restoredCopy].
func (b bucketCopy) remove(ctx context.Context) (bool, error) {
	pages := s3.NewListObjectVersionsPaginator(b.client, &s3.ListObjectVersionsInput{Bucket: &b.name})
	for n := 0; pages.HasMorePages(); n++ {
		if n == maxDeletedPages {
			return false, nil
		}
		page, err := pages.NextPage(ctx)
		if bucketGone(err) {
			return true, nil
		}
		if err != nil {
			return false, backupRefused(err, restoreJob{}.Name(), b.w, "list the versions of bucket "+b.name)
		}
		if err := b.deleteVersions(ctx, page); err != nil {
			return false, err
		}
	}
	_, err := b.client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &b.name})
	if err != nil && !bucketGone(err) {
		return false, backupRefused(err, restoreJob{}.Name(), b.w, "delete bucket "+b.name)
	}
	return true, nil
}

func bucketGone(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "NoSuchBucket"
}

// passingCodes returns the codes by which S3 tells that it could not delete a version now,
// per "Error responses" in the S3 reference.
func passingCodes() []string {
	return []string{"InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown"}
}

// deleteVersions deletes the versions and delete markers of one page.
func (b bucketCopy) deleteVersions(ctx context.Context, page *s3.ListObjectVersionsOutput) error {
	var all []types.ObjectIdentifier
	for _, v := range page.Versions {
		all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	for _, m := range page.DeleteMarkers {
		all = append(all, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
	}
	if len(all) == 0 {
		return nil
	}
	out, err := b.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &b.name, Delete: &types.Delete{Objects: all, Quiet: aws.Bool(true)}})
	if err != nil {
		return backupRefused(err, restoreJob{}.Name(), b.w, "delete the versions of bucket "+b.name)
	}
	passing := slices.IndexFunc(out.Errors, func(e types.Error) bool { return slices.Contains(passingCodes(), aws.ToString(e.Code)) })
	if passing >= 0 {
		e := out.Errors[passing]
		return fmt.Errorf("delete %d versions of bucket %s, such as %s: %s: %s", len(out.Errors), b.name, aws.ToString(e.Key), aws.ToString(e.Code), aws.ToString(e.Message))
	}
	if len(out.Errors) > 0 {
		first := out.Errors[0]
		return permanent("NotDeleted", "%d versions of bucket %s can't be deleted, the first %s: %s; allow it and delete the bucket by hand", len(out.Errors), b.name, aws.ToString(first.Key), aws.ToString(first.Message))
	}
	return nil
}
