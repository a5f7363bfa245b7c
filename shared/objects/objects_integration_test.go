//go:build integration

package objects_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"slipway/scripts/integration"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// TestIntegration holds the adapter against an S3 that others have written.
func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "objects",
		Holds: []integration.Claim{
			{Says: "descriptions", Hold: emulated(statTellsWhatPutWrote)},
			{Says: "pinned versions", Hold: emulated(aPinnedVersionStays)},
			{Says: "conditions", Hold: emulated(createNeverReplaces)},
			{Says: "bodies in parts", Hold: emulated(bodiesOfEverySizeComeBack)},
			{Says: "aborted uploads", Hold: emulated(aBodyThatFailsLeavesNoUpload)},
			{Says: "checksums of parts", Hold: emulated(partsAreStoredWithTheirChecksums)},
			{Says: "ranges", Hold: emulated(anyPlaceCanBeRead)},
			{Says: "pages of a listing and of a deletion", Hold: emulated(listAndDeleteGoBeyondOnePage)},
			{Says: "what is not there", Hold: emulated(whatIsNotThereIsNotFound)},
			{Says: "what is refused", Hold: emulated(whatIsRefusedIsRefused)},
			{Says: "presigned uploads", Hold: emulated(aPresignedPutKeepsItsMetadata)},
		},
		Gaps: []integration.Claim{
			{Says: "A presigned URL is taken after its time, and with other metadata than were signed.", Hold: emulated(anythingPresignedIsTaken)},
			{Says: "A body is stored whose checksum is another than the request's.", Hold: emulated(aWrongChecksumIsTaken)},
			{Says: "The checksum of a body in one part isn't kept.", Hold: emulated(theChecksumOfOnePartIsNotKept)},
		},
	}.Run(t)
}

// A service is objects on the emulator, in two buckets of this test's own.
type service struct {
	*stack // has no engine
	client *sdk.Client
	plain  string
	kept   string // has versions
}

// emulated returns hold with a service of its own.
func emulated(hold func(s *service)) func(*testing.T) {
	return func(t *testing.T) {
		client := sdk.NewFromConfig(integration.Configuration(t), func(o *sdk.Options) { o.UsePathStyle = true })
		name := "objects-" + integration.Name(t)
		s := &service{stack: &stack{t: t, Objects: objects.New(client)}, client: client, plain: name + "-plain", kept: name + "-kept"}
		for _, bucket := range []string{s.plain, s.kept} {
			_, err := client.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: &bucket})
			s.must(err)
		}
		_, err := client.PutBucketVersioning(t.Context(), &sdk.PutBucketVersioningInput{Bucket: &s.kept,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
		s.must(err)
		hold(s)
	}
}

func (s *service) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *service) wantError(what string, got, want error) {
	s.t.Helper()
	if !errors.Is(got, want) {
		s.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (s *service) stat(bucket, key string) objects.Info {
	s.t.Helper()
	info, err := s.Stat(ctx, objects.Location{Bucket: bucket, Key: key})
	s.must(err)
	return info
}

func statTellsWhatPutWrote(s *service) {
	const key = "a b/ü+%.txt"
	s.put(s.kept, key, "hello", objects.Options{ContentType: "text/plain", CacheControl: "no-store", Metadata: map[string]string{"Commit": "abc"}})
	info := s.stat(s.kept, key)
	if info.Size != 5 || info.VersionID == "" || info.ContentType != "text/plain" || info.ETag != "5d41402abc4b2a76b9719d911017c592" ||
		!maps.Equal(info.Metadata, map[string]string{"commit": "abc"}) || info.LastModified.IsZero() {
		s.t.Errorf("it is %+v", info)
	}
	head, err := s.client.HeadObject(ctx, &sdk.HeadObjectInput{Bucket: &s.kept, Key: aws.String(key)})
	s.must(err)
	if aws.ToString(head.CacheControl) != "no-store" {
		s.t.Errorf("its Cache-Control is %q", aws.ToString(head.CacheControl))
	}
	for entry, err := range s.List(ctx, s.kept, "") {
		if err != nil || entry.Key != key || entry.Size != 5 || entry.ETag != info.ETag || entry.LastModified.IsZero() {
			s.t.Errorf("it is listed as %+v, %v", entry, err)
		}
	}
}

func aPinnedVersionStays(s *service) {
	s.put(s.kept, "k", "first", objects.Options{})
	s.put(s.plain, "k", "first", objects.Options{})
	first := objects.Location{Bucket: s.kept, Key: "k", VersionID: s.stat(s.kept, "k").VersionID}
	opened, err := s.Open(ctx, objects.Location{Bucket: s.kept, Key: "k"})
	s.must(err)
	replaced, err := s.Open(ctx, objects.Location{Bucket: s.plain, Key: "k"})
	s.must(err)
	s.put(s.kept, "k", "second", objects.Options{})
	s.put(s.plain, "k", "other", objects.Options{})

	if text, err := io.ReadAll(opened); err != nil || string(text) != "first" {
		s.t.Errorf("what was opened before is %q, %v", text, err)
	}
	if got := s.read(first); got != "first" {
		s.t.Errorf("the first version is %q", got)
	}
	s.must(s.Delete(ctx, s.kept, "k"))
	if info, err := s.Stat(ctx, first); err != nil || info.Size != 5 || info.VersionID != first.VersionID {
		s.t.Errorf("behind a delete marker the first version is %+v, %v", info, err)
	}
	_, err = s.Stat(ctx, objects.Location{Bucket: s.kept, Key: "k"})
	s.wantError("a delete marker", err, pipeline.ErrNotFound)
	_, err = io.ReadAll(replaced)
	s.wantError("without versions, what has been replaced", err, pipeline.ErrConflict)
}

func listAndDeleteGoBeyondOnePage(s *service) {
	var keys, found []string
	for i := range 1001 {
		keys = append(keys, fmt.Sprintf("p/%04d", i))
		s.put(s.plain, keys[i], "x", objects.Options{})
	}
	s.put(s.plain, "q", "x", objects.Options{})
	for entry, err := range s.List(ctx, s.plain, "p/") {
		s.must(err)
		found = append(found, entry.Key)
	}
	if strings.Join(found, " ") != strings.Join(keys, " ") {
		s.t.Errorf("listed %d keys", len(found))
	}
	s.must(s.Delete(ctx, s.plain, append(keys, "never there")...))
	for entry, err := range s.List(ctx, s.plain, "") {
		if err != nil || entry.Key != "q" {
			s.t.Errorf("left is %s, %v", entry.Key, err)
		}
	}
}

func whatIsNotThereIsNotFound(s *service) {
	s.put(s.kept, "there", "x", objects.Options{})
	none, nowhere := objects.Location{Bucket: s.plain, Key: "none"}, objects.Location{Bucket: s.plain + "-gone", Key: "none"}
	_, stat := s.Stat(ctx, none)
	_, open := s.Open(ctx, none)
	_, read := s.Read(ctx, none)
	_, version := s.Read(ctx, objects.Location{Bucket: s.kept, Key: "there", VersionID: "nope"})
	_, bucket := s.Read(ctx, nowhere)
	_, statBucket := s.Stat(ctx, nowhere)
	for what, c := range map[string]struct{ got, want error }{
		"stat":              {stat, pipeline.ErrNotFound},
		"open":              {open, pipeline.ErrNotFound},
		"read":              {read, pipeline.ErrNotFound},
		"read a version":    {version, pipeline.ErrNotFound},
		"read, no bucket":   {bucket, objects.ErrNoBucket},
		"stat, no bucket":   {statBucket, pipeline.ErrNotFound},
		"put, no bucket":    {s.Put(ctx, nowhere.Bucket, "k", strings.NewReader("x"), objects.Options{}), objects.ErrNoBucket},
		"parts, no bucket":  {s.Put(ctx, nowhere.Bucket, "k", strings.NewReader(noise(9<<20)), objects.Options{}), objects.ErrNoBucket},
		"delete, no bucket": {s.Delete(ctx, nowhere.Bucket, "k"), objects.ErrNoBucket},
	} {
		s.wantError(what, c.got, c.want)
	}
	for _, err := range s.List(ctx, nowhere.Bucket, "") {
		s.wantError("list, no bucket", err, objects.ErrNoBucket)
	}
	if errors.Is(read, objects.ErrNoBucket) {
		s.t.Error("a missing object is taken for a missing bucket")
	}
}

func whatIsRefusedIsRefused(s *service) {
	at := objects.Location{Bucket: s.plain, Key: "k"}
	s.put(s.plain, "k", "x", objects.Options{})
	s.put(s.plain, "free", "x", objects.Options{})
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["s3:GetObject","s3:HeadObject","s3:PutObject","s3:DeleteObject"],
		"Resource":"arn:aws:s3:::` + s.plain + `/k"}]}`
	_, err := s.client.PutBucketPolicy(ctx, &sdk.PutBucketPolicyInput{Bucket: &s.plain, Policy: &policy})
	s.must(err)
	_, stat := s.Stat(ctx, at)
	_, read := s.Read(ctx, at)
	for what, err := range map[string]error{"stat": stat, "read": read,
		"put":    s.Put(ctx, s.plain, "k", strings.NewReader("y"), objects.Options{}),
		"delete": s.Delete(ctx, s.plain, "free", "k"),
	} {
		s.wantError(what, err, pipeline.ErrRefused)
	}
	_, err = s.Stat(ctx, objects.Location{Bucket: s.plain, Key: "free"})
	s.wantError("what was deleted beside what is refused", err, pipeline.ErrNotFound)
}

// upload PUTs a body as somebody does who was given a URL and its headers.
func (s *service) upload(url string, headers http.Header, body string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, url, strings.NewReader(body))
	s.must(err)
	r.Header = headers
	response, err := http.DefaultClient.Do(r)
	s.must(err)
	s.must(response.Body.Close())
	return response
}

func aPresignedPutKeepsItsMetadata(s *service) {
	url, headers, err := s.PresignPut(ctx, s.kept, "a b/ü.zip", map[string]string{"commit": "abc"}, time.Hour)
	s.must(err)
	if _, signed, _ := strings.Cut(url, "X-Amz-SignedHeaders="); !strings.Contains(signed, "x-amz-meta-commit") {
		s.t.Errorf("the metadata are not signed: %s", url)
	}
	if answer := s.upload(url, headers, "body"); answer.StatusCode != http.StatusOK {
		s.t.Fatal(answer.Status)
	}
	if info := s.stat(s.kept, "a b/ü.zip"); info.Size != 4 || info.VersionID == "" || info.Metadata["commit"] != "abc" {
		s.t.Errorf("it is %+v", info)
	}
}

func anythingPresignedIsTaken(s *service) {
	url, headers, err := s.PresignPut(ctx, s.plain, "k", map[string]string{"commit": "abc"}, time.Second)
	s.must(err)
	url = strings.Replace(url, "X-Amz-Date=20", "X-Amz-Date=19", 1) // a hundred years ago
	headers.Set("X-Amz-Meta-Commit", "other")
	if answer := s.upload(url, headers, "body"); answer.StatusCode != http.StatusOK {
		s.t.Errorf("the emulator answers %s", answer.Status)
	}
}
