//go:build integration

package step_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationS3Site(t *testing.T) {
	integration.Suite{
		Subject: "s3-site",
		Holds: []integration.Claim{
			{Says: "publishing and removing", Hold: emulated(theSiteHoldsExactlyThePackage)},
			{Says: "the pinned version", Hold: emulated(thePinnedVersionIsPublished)},
			{Says: "large packages and files", Hold: emulated(largeFilesAreReadInRangesAndPutInParts)},
			{Says: "repetition", Hold: emulated(publishingAgainPublishesTheSame)},
			{Says: "failures", Hold: emulated(aSiteFailsAndLeavesNothing)},
			{Says: "a bucket that refuses", Hold: emulated(aBucketThatRefusesFailsTheStep)},
		},
	}.Run(t)
}

// publish runs the step to its end.
func (s *service) publish(bucket string, a step.Artifact) (step.Outcome, error) {
	s.t.Helper()
	with := fmt.Sprintf(`{"package":"web","bucket":%q,"prefix":%q,"cache-control":"max-age=60"}`, bucket, s.folder)
	return s.runner.Start(s.t.Context(), "s3-site", work(with, a))
}

// published returns the keys of the site of this test, without its folder.
func (s *service) published() string {
	s.t.Helper()
	var keys []string
	for entry, err := range s.objects.List(s.t.Context(), "site", s.folder) {
		s.must(err)
		keys = append(keys, strings.TrimPrefix(entry.Key, s.folder))
	}
	return strings.Join(keys, " ")
}

func theSiteHoldsExactlyThePackage(s *service) {
	a := s.push("index.html", "<html>", "css/site.css", "body{}", "logo ü.PNG", "png")
	s.put("site", s.folder+"old.html", "old")
	s.put("site", "other-"+s.folder+"kept.html", "another site")
	outcome, err := s.publish("site", a)
	want := map[string]string{"files": "3", "removed": "1", "bytes": "15", "url-prefix": "s3://site/" + s.folder}
	if err != nil || !outcome.Done || !maps.Equal(outcome.Outputs, want) {
		s.t.Fatalf("it comes to %+v, %v", outcome, err)
	}
	if got := s.published(); got != "css/site.css index.html logo ü.PNG" {
		s.t.Errorf("the site holds %s", got)
	}
	if s.read("site", "other-"+s.folder+"kept.html") != "another site" {
		s.t.Error("another site has changed")
	}
	page, err := s.s3.HeadObject(s.t.Context(), &sdk.HeadObjectInput{Bucket: aws.String("site"), Key: aws.String(s.folder + "index.html")})
	s.must(err)
	if aws.ToString(page.ContentType) != "text/html; charset=utf-8" || aws.ToString(page.CacheControl) != "max-age=60" {
		s.t.Errorf("the page is %s, %s", aws.ToString(page.ContentType), aws.ToString(page.CacheControl))
	}
}

func thePinnedVersionIsPublished(s *service) {
	a := s.push("index.html", "first")
	s.push("index.html", "second") // under the same key
	_, err := s.publish("site", a)
	s.must(err)
	if got := s.read("site", s.folder+"index.html"); got != "first" {
		s.t.Errorf("it says %q", got)
	}
}

func largeFilesAreReadInRangesAndPutInParts(s *service) {
	noise := make([]byte, 18<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise) // it doesn't fail
	_, err := s.publish("site", s.push("large.bin", string(noise), "index.html", "<html>"))
	s.must(err)
	if s.read("site", s.folder+"large.bin") != string(noise) || s.read("site", s.folder+"index.html") != "<html>" {
		s.t.Error("a file came out otherwise")
	}
}

func publishingAgainPublishesTheSame(s *service) {
	a := s.push("index.html", "<html>", "a.txt", "a")
	for range 2 {
		outcome, err := s.publish("site", a)
		s.must(err)
		if got := s.published(); got != "a.txt index.html" || outcome.Outputs["removed"] != "0" {
			s.t.Errorf("the site holds %s; removed are %s", got, outcome.Outputs["removed"])
		}
	}
}

// fails holds that the step fails for good, with a failure of that name.
func (s *service) fails(bucket string, a step.Artifact, name string) {
	s.t.Helper()
	_, err := s.publish(bucket, a)
	var failure *step.Failure
	if !errors.As(err, &failure) || !failure.Permanent || failure.Name != name {
		s.t.Errorf("it comes to %v, want the permanent failure %s", err, name)
	}
}

func aSiteFailsAndLeavesNothing(s *service) {
	good := s.push("index.html", "x")
	other, gone := good, good
	other.Digest = "sha256:" + strings.Repeat("0", 64)
	gone.VersionID = s.pushBytes([]byte("deleted")).VersionID
	_, err := s.s3.DeleteObject(s.t.Context(), &sdk.DeleteObjectInput{Bucket: &gone.Bucket, Key: &gone.Key, VersionId: &gone.VersionID})
	s.must(err)
	s.fails("no-such-site", good, "NoSuchBucket")
	s.fails("site", other, "DigestMismatch")
	s.fails("site", gone, "PackageGone")
	s.fails("site", s.pushBytes([]byte("not a zip")), "BadArchive")
	if got := s.published(); got != "" {
		s.t.Errorf("a failed step left %s", got)
	}
}

func aBucketThatRefusesFailsTheStep(s *service) {
	const bucket = "refusing-site"
	_, err := s.s3.CreateBucket(s.t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(bucket)})
	s.must(err)
	s.put(bucket, s.folder+"index.html", "there before")
	_, err = s.s3.PutBucketPolicy(s.t.Context(), &sdk.PutBucketPolicyInput{Bucket: aws.String(bucket), Policy: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::` + bucket + `/*"}]}`)})
	s.must(err)
	s.fails(bucket, s.push("index.html", "x"), "NoSuchBucket")
}
