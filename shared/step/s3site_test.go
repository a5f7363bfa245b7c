package step_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"slipway/shared/objects"
	"slipway/shared/step"
)

func TestASiteHoldsExactlyThePackage(t *testing.T) {
	s := newStack(t)
	a := s.push("index.html", "<html>", "css/site.css", "body{}", "help/index.html", "<p>", "logo.PNG", "png", "data", "x")
	s.put("site", "production/old.html", "old")
	s.put("site", "production2/kept.html", "another site")
	var log bytes.Buffer
	w := work(`{"package":"web","bucket":"site","prefix":"production/","cache-control":"max-age=60"}`, a)
	w.Log = &log
	outcome, err := s.runner.Start(context.Background(), "s3-site", w)
	want := map[string]string{"files": "5", "removed": "1", "bytes": "19", "url-prefix": "s3://site/production/"}
	if err != nil || !outcome.Done || !maps.Equal(outcome.Outputs, want) {
		t.Fatalf("Start = %+v, %v", outcome, err)
	}
	if got := s.list("site"); got != "production/css/site.css production/data production/help/index.html production/index.html production/logo.PNG production2/kept.html" {
		t.Errorf("the bucket holds %s", got)
	}
	wantLog := `put s3://site/production/css/site.css (6 bytes, text/css; charset=utf-8)
put s3://site/production/logo.PNG (3 bytes, image/png)
put s3://site/production/data (1 bytes, application/octet-stream)
put s3://site/production/index.html (6 bytes, text/html; charset=utf-8)
put s3://site/production/help/index.html (3 bytes, text/html; charset=utf-8)
removed s3://site/production/old.html
published web@1.4.0 to s3://site/production/: 5 files, 19 bytes, 1 removed
`
	if log.String() != wantLog {
		t.Errorf("log is\n%swant\n%s", &log, wantLog)
	}
	info, err := s.objects.Stat(context.Background(), objects.Location{Bucket: "site", Key: "production/index.html"})
	if err != nil || info.ContentType != "text/html; charset=utf-8" {
		t.Errorf("index.html is %+v, %v", info, err)
	}
}

func TestPublishingAgainChangesNothing(t *testing.T) {
	s := newStack(t)
	w := work(`{"package":"web","bucket":"site","whole-bucket":true}`, s.push("index.html", "<html>", "a.txt", "a"))
	for range 2 {
		if _, err := s.runner.Start(context.Background(), "s3-site", w); err != nil {
			t.Fatal(err)
		}
		if got := s.list("site"); got != "a.txt index.html" {
			t.Errorf("the bucket holds %s", got)
		}
	}
}

func TestASiteIsReadInRangesOfThePinnedVersion(t *testing.T) {
	s := newStack(t)
	a := s.push("index.html", "first")
	s.push("index.html", "second") // a later version under the same key
	s.requests = nil
	if _, err := s.runner.Start(context.Background(), "s3-site", work(`{"package":"web","bucket":"site","prefix":"p/"}`, a)); err != nil {
		t.Fatal(err)
	}
	if got := s.read("site", "p/index.html"); got != "first" {
		t.Errorf("published %q", got)
	}
	for _, r := range s.requests {
		if strings.Contains(r, "/packages/") && !strings.Contains(r, "versionId="+a.VersionID) {
			t.Errorf("request without the version: %s", r)
		}
	}
}

func TestASiteFailsForGood(t *testing.T) {
	s := newStack(t)
	good := s.push("index.html", "x")
	other := good
	other.Digest = "sha256:" + strings.Repeat("0", 64)
	unpinned, gone := good, good
	unpinned.VersionID, gone.VersionID = "", "0000"
	const there = `{"package":"web","bucket":"site","prefix":"p/"}`
	for name, c := range map[string]struct {
		with string
		a    step.Artifact
		want string
	}{
		"no bucket":        {`{"package":"web","bucket":"storefront-site","prefix":"p/"}`, good, "NoSuchBucket: bucket storefront-site does not exist or may not be written: list it under sites in infra/platform.yaml"},
		"no package":       {`{"package":"api","bucket":"site","prefix":"p/"}`, good, "NoSuchPackage"},
		"other digest":     {there, other, "DigestMismatch"},
		"no version":       {there, unpinned, "NotPinned"},
		"deleted version":  {there, gone, "PackageGone"},
		"no archive":       {there, s.pushBytes([]byte("not a zip")), "BadArchive"},
		"nothing in it":    {there, s.push(), "EmptyPackage"},
		"a long key":       {there, s.push(strings.Repeat("k", 1023), "x"), "KeyTooLong"},
		"a bad name":       {`{"package":"web","bucket":"Site","prefix":"p/"}`, good, "BadParameter: bucket"},
		"an empty part":    {`{"package":"web","bucket":"site","prefix":"a//"}`, good, "BadParameter: prefix"},
		"a relative part":  {`{"package":"web","bucket":"site","prefix":"a/../"}`, good, "BadParameter: prefix"},
		"a header's end":   {`{"package":"web","bucket":"site","prefix":"a/","cache-control":"x\r\nSet-Cookie: a=b"}`, good, "BadParameter: cache-control"},
		"the whole bucket": {`{"package":"web","bucket":"site","prefix":""}`, good, "BadParameter: prefix"},
	} {
		_, err := s.runner.Start(context.Background(), "s3-site", work(c.with, c.a))
		var failure *step.Failure
		if !errors.As(err, &failure) || !failure.Permanent || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want the permanent failure %s", name, err, c.want)
		}
	}
	if got := s.list("site"); got != "" {
		t.Errorf("a failed step left %s", got)
	}
}

func TestACancelledStartSaysNothingAboutTheStep(t *testing.T) {
	s := newStack(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.runner.Start(ctx, "s3-site", work(`{"package":"web","bucket":"site","prefix":"p/"}`, s.push("a", "b")))
	var failure *step.Failure
	if errors.As(err, &failure) || !errors.Is(err, context.Canceled) {
		t.Errorf("Start = %v, want %v", err, context.Canceled)
	}
}

func TestASiteThatTakesTooLongMayBeTriedAgain(t *testing.T) {
	s := newStack(t)
	w := work(`{"package":"web","bucket":"site","prefix":"p/"}`, s.push("a", "b"))
	w.Timeout = 1 // nanosecond, which is over before the first request
	_, err := s.runner.Start(context.Background(), "s3-site", w)
	var failure *step.Failure
	if !errors.As(err, &failure) || failure.Name != "TimedOut" || failure.Permanent {
		t.Errorf("Start = %v, want TimedOut", err)
	}
}

func TestAStrayBraceIsAProblemOfItsParameter(t *testing.T) {
	kind, _ := step.Lookup("s3-site")
	_, err := kind.References([]byte(`{"package":"web","bucket":"site","prefix":"{environment/"}`))
	var problem *step.Problem
	if !errors.As(err, &problem) || problem.Key != "prefix" || !strings.Contains(problem.Message, "single brace") {
		t.Errorf("References = %v", err)
	}
}

// elsewhere is the account of an environment; it counts how often its role is taken.
type elsewhere struct {
	*stack
	taken []step.Target
}

// Config implements [step.Accounts].
func (e *elsewhere) Config(_ context.Context, w step.Work) (aws.Config, error) {
	e.taken = append(e.taken, w.Target)
	return aws.Config{Region: w.Target.Region, BaseEndpoint: aws.String("http://s3.localhost"), HTTPClient: &http.Client{Transport: e.stack},
		Credentials: credentials.NewStaticCredentialsProvider("slipway-deploy", "secret", "")}, nil
}

func TestASiteInAnotherAccountIsWrittenWithItsDeployRole(t *testing.T) {
	e := &elsewhere{stack: newStack(t)}
	runner := step.New(step.Dependencies{Objects: e.objects, Accounts: e, WorkBucket: "work"})
	w := work(`{"package":"web","bucket":"site","prefix":"production/"}`, e.push("index.html", "hello"))
	for _, target := range []step.Target{{}, {Role: "slipway-deploy-production"}, {Account: "111122223333", Region: "eu-central-1", Role: "deploy"}} {
		w.Target = target
		if outcome, err := runner.Start(t.Context(), "s3-site", w); err != nil || !outcome.Done {
			t.Fatalf("at %+v: %+v, %v", target, outcome, err)
		}
	}
	if len(e.taken) != 1 || e.taken[0].Account != "111122223333" || e.list("site") != "production/index.html" {
		t.Errorf("the role was taken for %+v, and the site has %s", e.taken, e.list("site"))
	}
}
