package s3_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestObjectComesBackAsItWasPut(t *testing.T) {
	eachKeeping(t, func(t *testing.T, s *stack) {
		for _, scheme := range []string{"http", "https"} {
			for _, body := range []string{"", "hello", strings.Repeat("0123456789", 20000)} {
				_, err := s.client(scheme).PutObject(context.Background(), &sdk.PutObjectInput{
					Bucket: aws.String("plain"), Key: aws.String("a/b c+ü//../%41"), Body: strings.NewReader(body),
					ContentType: aws.String("text/plain"), CacheControl: aws.String("no-cache"), Metadata: map[string]string{"commit": "abc"},
					Tagging: aws.String("team=web&stage=a%20b"),
				})
				s.must(err)
				out, err := s.client(scheme).GetObject(context.Background(), &sdk.GetObjectInput{
					Bucket: aws.String("plain"), Key: aws.String("a/b c+ü//../%41"), ChecksumMode: types.ChecksumModeEnabled})
				s.must(err)
				if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("plain"), Key: aws.String("a/b c+ü//../%41")}); got != body {
					t.Errorf("%s: got %d bytes, want %d", scheme, len(got), len(body))
				}
				if *out.ContentType != "text/plain" || *out.CacheControl != "no-cache" || out.Metadata["commit"] != "abc" ||
					*out.TagCount != 2 || out.ContentEncoding != nil || out.ChecksumCRC32 == nil || out.LastModified.Unix() != epoch.Unix() {
					t.Errorf("%s: attributes got lost", scheme)
				}
			}
		}
	})
}

func TestOverwriteReplacesMetadata(t *testing.T) {
	s := newStack(t, "")
	s.send("PUT", "/plain/k", "one", "x-amz-meta-a: 1", "Content-Type: text/plain", "x-amz-tagging: a=b")
	s.send("PUT", "/plain/k", "two", "x-amz-meta-b: 2")
	h := s.send("HEAD", "/plain/k", "").Header
	if h.Get("X-Amz-Meta-A") != "" || h.Get("X-Amz-Meta-B") != "2" || h.Get("Content-Type") != "binary/octet-stream" || h.Get("X-Amz-Tagging-Count") != "" {
		t.Errorf("headers after overwrite: %v", h)
	}
}

func TestConditionalWrites(t *testing.T) {
	s := newStack(t, "")
	const etag = `"5d41402abc4b2a76b9719d911017c592"` // of hello
	for _, c := range []struct {
		key, header string
		want        int
	}{
		{"k", "If-Match: " + etag, 404},
		{"k", "If-None-Match: *", 200},
		{"k", "If-None-Match: *", 412},
		{"k", "If-Match: " + etag, 200},
		{"k", `If-Match: "0"`, 412},
		{"k", "If-None-Match: " + etag, 501},
	} {
		if got := s.send("PUT", "/kept/"+c.key, "hello", c.header); got.StatusCode != c.want {
			t.Errorf("PUT %s with %s: %d %s, want %d", c.key, c.header, got.StatusCode, text(got), c.want)
		}
	}
	s.send("DELETE", "/kept/k", "")
	if got := s.send("PUT", "/kept/k", "hello", "If-None-Match: *"); got.StatusCode != 200 {
		t.Errorf("If-None-Match: * over a delete marker: %d, want 200", got.StatusCode)
	}
	if got := s.send("DELETE", "/kept/k", "", `If-Match: "0"`); got.StatusCode != 412 {
		t.Errorf("DELETE with another ETag: %d, want 412", got.StatusCode)
	}
}

func TestConditionalReads(t *testing.T) {
	s := newStack(t, "")
	s.put("plain", "k", "hello")
	before, at := epoch.Add(-time.Hour).Format(time.RFC1123), epoch.Format(time.RFC1123)
	before, at = strings.Replace(before, "UTC", "GMT", 1), strings.Replace(at, "UTC", "GMT", 1)
	const etag = `"5d41402abc4b2a76b9719d911017c592"`
	for _, c := range []struct {
		headers []string
		want    int
	}{
		{[]string{"If-Match: " + etag}, 200},
		{[]string{`If-Match: "x", ` + etag}, 200},
		{[]string{`If-Match: "x"`}, 412},
		{[]string{"If-None-Match: " + etag}, 304},
		{[]string{`If-None-Match: "x"`}, 200},
		{[]string{"If-Modified-Since: " + at}, 304},
		{[]string{"If-Modified-Since: " + before}, 200},
		{[]string{"If-Unmodified-Since: " + before}, 412},
		{[]string{"If-Unmodified-Since: " + at}, 200},
		{[]string{"If-Match: " + etag, "If-Unmodified-Since: " + before}, 200},
		{[]string{"If-None-Match: " + etag, "If-Modified-Since: " + before}, 304},
		{[]string{`If-None-Match: "x"`, "If-Modified-Since: " + at}, 200},
	} {
		if got := s.send("GET", "/plain/k", "", c.headers...); got.StatusCode != c.want {
			t.Errorf("GET with %v: %d, want %d", c.headers, got.StatusCode, c.want)
		}
	}
}

func TestRanges(t *testing.T) {
	eachKeeping(t, func(t *testing.T, s *stack) {
		s.put("plain", "k", "0123456789")
		s.put("plain", "empty", "")
		for _, c := range []struct {
			target, header, want string
			status               int
		}{
			{"/plain/k", "bytes=2-4", "234", 206},
			{"/plain/k", "bytes=7-", "789", 206},
			{"/plain/k", "bytes=-3", "789", 206},
			{"/plain/k", "bytes=-99", "0123456789", 206},
			{"/plain/k", "bytes=5-99", "56789", 206},
			{"/plain/k", "bytes=4-2", "0123456789", 200},
			{"/plain/k", "lines=1-2", "0123456789", 200},
			{"/plain/k", "bytes=10-", "InvalidRange", 416},
			{"/plain/k", "bytes=-0", "InvalidRange", 416},
			{"/plain/empty", "bytes=0-", "InvalidRange", 416},
			{"/plain/k", "bytes=0-1,3-4", "NotImplemented", 501},
			{"/plain/k?partNumber=1", "", "0123456789", 206},
			{"/plain/k?partNumber=2", "", "InvalidPartNumber", 416},
			{"/plain/k?partNumber=1", "bytes=1-2", "InvalidRequest", 400},
		} {
			got := s.send("GET", c.target, "", "Range: "+c.header)
			if body := text(got); got.StatusCode != c.status || !strings.Contains(body, c.want) || c.status < 300 && body != c.want {
				t.Errorf("GET %s of %s: %d %q, want %d %q", c.header, c.target, got.StatusCode, body, c.status, c.want)
			}
		}
		if got := s.send("GET", "/plain/k", "", "Range: bytes=2-4").Header.Get("Content-Range"); got != "bytes 2-4/10" {
			t.Errorf("Content-Range %q", got)
		}
	})
}

func TestResponseOverridesNeedCredentials(t *testing.T) {
	s := newStack(t, "")
	s.put("plain", "k", "hello")
	target := "/plain/k?response-content-type=text/html&response-content-disposition=inline"
	if h := s.send("GET", target, "").Header; h.Get("Content-Type") != "text/html" || h.Get("Content-Disposition") != "inline" {
		t.Errorf("overrides: %v", h)
	}
	if got := s.sendAnonymous("GET", target, ""); got.StatusCode != 400 {
		t.Errorf("anonymous: %d, want 400", got.StatusCode)
	}
}

func TestAnonymousCallersOnlyReadObjects(t *testing.T) {
	s := newStack(t, "")
	s.put("plain", "index.html", "hello")
	for target, want := range map[string]int{"GET /plain/index.html": 200, "HEAD /plain/index.html": 200, "PUT /plain/x": 403,
		"DELETE /plain/index.html": 403, "GET /plain": 403, "GET /plain/index.html?tagging": 403} {
		method, path, _ := strings.Cut(target, " ")
		if got := s.sendAnonymous(method, path, ""); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", target, got.StatusCode, want)
		}
	}
}

func TestCopyTakesOrReplacesMetadata(t *testing.T) {
	eachKeeping(t, func(t *testing.T, s *stack) {
		client, ctx := s.client("https"), context.Background()
		_, err := client.PutObject(ctx, &sdk.PutObjectInput{Bucket: aws.String("kept"), Key: aws.String("from ü+"), Body: strings.NewReader("hello"),
			Metadata: map[string]string{"a": "1"}, Tagging: aws.String("t=1"), ContentType: aws.String("text/css")})
		s.must(err)
		in := func() *sdk.CopyObjectInput {
			return &sdk.CopyObjectInput{Bucket: aws.String("plain"), Key: aws.String("to"), CopySource: aws.String("kept/from%20%C3%BC%2B")}
		}
		_, err = client.CopyObject(ctx, in())
		s.must(err)
		if h := s.send("HEAD", "/plain/to", "").Header; h.Get("X-Amz-Meta-A") != "1" || h.Get("Content-Type") != "text/css" || h.Get("X-Amz-Tagging-Count") != "1" {
			t.Errorf("copied attributes: %v", h)
		}
		replace := in()
		replace.MetadataDirective, replace.TaggingDirective, replace.Metadata = types.MetadataDirectiveReplace, types.TaggingDirectiveReplace, map[string]string{"b": "2"}
		out, err := client.CopyObject(ctx, replace)
		s.must(err)
		if h := s.send("HEAD", "/plain/to", "").Header; h.Get("X-Amz-Meta-A") != "" || h.Get("X-Amz-Meta-B") != "2" || h.Get("X-Amz-Tagging-Count") != "" {
			t.Errorf("replaced attributes: %v", h)
		}
		if *out.CopyObjectResult.ETag != `"5d41402abc4b2a76b9719d911017c592"` || out.CopySourceVersionId == nil || out.CopyObjectResult.ChecksumCRC32 == nil {
			t.Errorf("copy result: %+v", *out.CopyObjectResult)
		}
		if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("plain"), Key: aws.String("to")}); got != "hello" {
			t.Errorf("copy holds %q", got)
		}
	})
}

func TestRefusedCopies(t *testing.T) {
	s := newStack(t, "")
	s.put("kept", "k", "hello")
	s.put("kept", "gone", "hello")
	marker := s.send("DELETE", "/kept/gone", "").Header.Get("X-Amz-Version-Id")
	for _, c := range []struct {
		target  string
		headers []string
		want    string
	}{
		{"/kept/k", []string{"x-amz-copy-source: /kept/k"}, "InvalidRequest"},
		{"/plain/k", []string{"x-amz-copy-source: kept"}, "InvalidArgument"},
		{"/plain/k", []string{"x-amz-copy-source: kept/none"}, "NoSuchKey"},
		{"/plain/k", []string{"x-amz-copy-source: kept/gone"}, "NoSuchKey"},
		{"/plain/k", []string{"x-amz-copy-source: kept/gone?versionId=" + marker}, "InvalidRequest"},
		{"/plain/k", []string{"x-amz-copy-source: kept/k?versionId=none"}, "NoSuchVersion"},
		{"/plain/k", []string{"x-amz-copy-source: nobucket/k"}, "NoSuchBucket"},
		{"/plain/k", []string{"x-amz-copy-source: kept/k", `x-amz-copy-source-if-match: "x"`}, "PreconditionFailed"},
		{"/plain/k", []string{"x-amz-copy-source: kept/k", "x-amz-copy-source-if-none-match: 5d41402abc4b2a76b9719d911017c592"}, "PreconditionFailed"},
		{"/plain/k", []string{"x-amz-copy-source: kept/k", "x-amz-metadata-directive: MERGE"}, "InvalidArgument"},
	} {
		if got := text(s.send("PUT", c.target, "", c.headers...)); !strings.Contains(got, "<Code>"+c.want+"</Code>") {
			t.Errorf("copy %v to %s: %s, want %s", c.headers, c.target, got, c.want)
		}
	}
}

func TestTagging(t *testing.T) {
	s := newStack(t, "")
	client, ctx := s.client("https"), context.Background()
	s.put("kept", "k", "hello")
	_, err := client.PutObjectTagging(ctx, &sdk.PutObjectTaggingInput{Bucket: aws.String("kept"), Key: aws.String("k"),
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}}})
	s.must(err)
	out, err := client.GetObjectTagging(ctx, &sdk.GetObjectTaggingInput{Bucket: aws.String("kept"), Key: aws.String("k")})
	s.must(err)
	if len(out.TagSet) != 1 || *out.TagSet[0].Key != "a" || out.VersionId == nil {
		t.Errorf("tags: %+v", out)
	}
	if got := s.get(&sdk.GetObjectInput{Bucket: aws.String("kept"), Key: aws.String("k")}); got != "hello" {
		t.Errorf("tagging changed the body to %q", got)
	}
	_, err = client.DeleteObjectTagging(ctx, &sdk.DeleteObjectTaggingInput{Bucket: aws.String("kept"), Key: aws.String("k")})
	s.must(err)
	if s.send("HEAD", "/kept/k", "").Header.Get("X-Amz-Tagging-Count") != "" {
		t.Error("tags are still there")
	}
	if got := text(s.send("PUT", "/kept/k", "x", "x-amz-tagging: a=1&a=2")); !strings.Contains(got, "InvalidTag") {
		t.Errorf("tag twice: %s", got)
	}
}

func TestMetadataIsInLowerCaseOnTheWire(t *testing.T) {
	s := newStack(t, "")
	s.send("PUT", "/plain/k", "one", "X-Amz-Meta-Build-Url: https://ci/1")
	answer := httptest.NewRecorder()
	s.engine.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/plain/k", http.NoBody))
	//lint:ignore SA1008 what is on the wire is what this is about
	if got := answer.Result().Header["x-amz-meta-build-url"]; !slices.Equal(got, []string{"https://ci/1"}) {
		t.Errorf("the header is %q in %v", got, answer.Result().Header)
	}
}
