package s3_test

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"slipway/infra/local/s3"
)

func TestBodyIsHeldAgainstWhatTheRequestSaysOfIt(t *testing.T) {
	s := newStack(t, filepath.Join(t.TempDir(), "blobs"))
	good, wrong := md5.Sum([]byte("hello")), md5.Sum([]byte("other"))
	encode := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	sum := sha256.Sum256([]byte("hello"))
	for _, c := range []struct {
		headers []string
		want    string // part of the answer, or of its headers
	}{
		{[]string{"Content-MD5: " + encode(good[:])}, ""},
		{[]string{"Content-MD5: " + encode(wrong[:])}, "BadDigest"},
		{[]string{"Content-MD5: abc"}, "InvalidDigest"},
		{[]string{"x-amz-content-sha256: " + hex.EncodeToString(sum[:])}, ""},
		{[]string{"x-amz-content-sha256: " + strings.Repeat("0", 64)}, "XAmzContentSHA256Mismatch"},
		{[]string{"x-amz-content-sha256: hello"}, "InvalidArgument"},
		{[]string{"x-amz-checksum-crc32: NhCmhg=="}, ""},
		{[]string{"x-amz-checksum-crc32: AAAAAA=="}, "BadDigest"},
		{[]string{"x-amz-checksum-crc32: AAAA"}, "InvalidRequest"},
		{[]string{"x-amz-checksum-crc32c: mnG7TA=="}, ""},
		{[]string{"x-amz-checksum-sha256: " + encode(sum[:])}, ""},
		{[]string{"x-amz-checksum-crc32: NhCmhg==", "x-amz-checksum-crc32c: mnG7TA=="}, "InvalidRequest"},
		{[]string{"x-amz-sdk-checksum-algorithm: CRC32"}, "InvalidRequest"},
		{[]string{"x-amz-sdk-checksum-algorithm: SHA1", "x-amz-checksum-crc32: NhCmhg=="}, "InvalidRequest"},
		{[]string{"x-amz-sdk-checksum-algorithm: MD4"}, "InvalidRequest"},
		{[]string{"x-amz-trailer: x-amz-checksum-crc32"}, "InvalidRequest"},
	} {
		got := s.send("PUT", "/plain/k", "hello", c.headers...)
		if body := text(got); c.want == "" && got.StatusCode != 200 || !strings.Contains(body, c.want) || c.want != "" && got.StatusCode == 200 {
			t.Errorf("PUT with %v: %d %s, want %q", c.headers, got.StatusCode, body, c.want)
		}
	}
	if n := s.files(); n != 1 {
		t.Errorf("%d blobs, want the object's one", n)
	}
}

// files counts the blobs.
func (s *stack) files() int {
	s.t.Helper()
	entries, err := os.ReadDir(s.blobs)
	s.must(err)
	return len(entries)
}

func TestChunkedBodiesAreDecoded(t *testing.T) {
	s := newStack(t, "")
	const signature = ";chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"
	for _, c := range []struct{ kind, trailer, body, want string }{
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-checksum-crc32", "3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", ""},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "MalformedTrailerError"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-meta-a", "5\r\nhello\r\n0\r\n\r\n", "InvalidRequest"},
		{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "", "5" + signature + "\r\nhello\r\n0" + signature + "\r\n\r\n", ""},
		{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "x-amz-checksum-crc32c",
			"5" + signature + "\r\nhello\r\n0" + signature + "\r\nx-amz-checksum-crc32c:mnG7TA==\r\nx-amz-trailer-signature:63bd\r\n\r\n", ""},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "4\r\nhello\r\n0\r\n\r\n", "IncompleteBody"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "6\r\nhello!\r\n0\r\n\r\n", "IncompleteBody"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "5\r\nhello\r\n", "IncompleteBody"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "5\r\nhello\r\n0\r\n\r\nmore", "IncompleteBody"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "hello", "IncompleteBody"},
		{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", "-5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"},
	} {
		headers := []string{"x-amz-content-sha256: " + c.kind, "x-amz-decoded-content-length: 5", "Content-Encoding: aws-chunked,gzip"}
		if c.trailer != "" {
			headers = append(headers, "x-amz-trailer: "+c.trailer)
		}
		got := s.send("PUT", "/plain/k", c.body, headers...)
		if body := text(got); got.StatusCode == 200 != (c.want == "") || !strings.Contains(body, c.want) {
			t.Errorf("%q: %d %s, want %q", c.body, got.StatusCode, body, c.want)
		}
		if read := s.send("GET", "/plain/k", ""); c.want == "" && (text(read) != "hello" || read.Header.Get("Content-Encoding") != "gzip") {
			t.Errorf("%q was stored with %v", c.body, read.Header)
		}
	}
}

func TestBodiesOfTheWrongLengthAreRefused(t *testing.T) {
	s := newStack(t, filepath.Join(t.TempDir(), "blobs"))
	for _, c := range []struct {
		length int64
		want   string
	}{{3, "IncompleteBody"}, {9, "IncompleteBody"}, {-1, "MissingContentLength"}, {6 << 30, "EntityTooLarge"}} {
		r, err := http.NewRequest("PUT", "http://s3.localhost/plain/k", iotest.OneByteReader(strings.NewReader("hello")))
		s.must(err)
		r.ContentLength = c.length
		r.Header.Set("Authorization", "AWS test:signature")
		got, _ := s.RoundTrip(r)
		if body := text(got); !strings.Contains(body, "<Code>"+c.want+"</Code>") {
			t.Errorf("Content-Length %d: %s, want %s", c.length, body, c.want)
		}
	}
	if n := s.files(); n != 0 {
		t.Errorf("%d blobs of refused bodies are left", n)
	}
}

func TestUnknownParametersHeadersAndElementsAreRefusedByName(t *testing.T) {
	s := newStack(t, "")
	s.put("plain", "k", "hello")
	for _, c := range []struct{ request, body, header, status, want string }{
		{"GET /plain/k?acl", "", "", "501", "acl"},
		{"PUT /plain?policy", "{}", "", "501", "policy"},
		{"POST /plain/k?restore", "", "", "501", "restore"},
		{"PUT /plain/k", "x", "x-amz-website-redirect-location: /", "501", "x-amz-website-redirect-location"},
		{"PUT /plain/k", "x", "x-amz-object-lock-mode: GOVERNANCE", "501", "x-amz-object-lock-mode"},
		{"PUT /plain/k", "x", "x-amz-server-side-encryption: aws:kms", "501", "aws:kms"},
		{"PUT /plain/k", "x", "x-amz-storage-class: GLACIER", "400", "GLACIER"},
		{"PUT /plain/k", "x", "x-amz-acl: public-read", "400", "AccessControlListNotSupported"},
		{"PUT /plain/k", "x", "x-amz-meta-long: " + strings.Repeat("x", 2048), "400", "MetadataTooLarge"},
		{"PUT /plain/k?tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value><Colour>red</Colour></Tag></TagSet></Tagging>", "", "501", "Colour"},
		{"PUT /plain/k?tagging", "<Tagging><TagSet/></Tagging><more/>", "", "400", "MalformedXML"},
		{"PUT /plain?versioning", "<VersioningConfiguration><Status>On</Status></VersioningConfiguration>", "", "400", "IllegalVersioningConfigurationException"},
		{"PUT /plain?versioning", "<Tagging/>", "", "400", "MalformedXML"},
		{"PUT /plain?versioning", "", "", "400", "MissingRequestBodyError"},
		{"POST /plain?delete", "<Delete><Object><Key>k</Key></Object></Delete>", "", "400", "Content-MD5"},
		{"PUT /there", "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>", "", "400", "eu-west-1"},
		{"POST /plain/k", "", "", "405", "MethodNotAllowed"},
		{"GET /plain/" + strings.Repeat("k", 1025), "", "", "400", "KeyTooLongError"},
		{"GET /plain/%FF", "", "", "400", "InvalidURI"},
		{"GET /plain/k", "", "x-amz-expected-bucket-owner: 111122223333", "403", "AccessDenied"},
	} {
		method, target, _ := strings.Cut(c.request, " ")
		got := s.send(method, target, c.body, c.header)
		if body := text(got); fmt.Sprint(got.StatusCode) != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s with %q: %d %s, want %s %s", c.request, c.header, got.StatusCode, body, c.status, c.want)
		}
	}
}

func TestPresignedURLsExpireByTheClock(t *testing.T) {
	s := newStack(t, "")
	s.put("plain", "k", "hello")
	v4 := "/plain/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=manager2%2F20260301%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=ab&x-id=GetObject"
	v2 := fmt.Sprintf("/plain/k?AWSAccessKeyId=manager2&Signature=ab&Expires=%d", epoch.Unix()+60)
	for _, target := range []string{v4, v2, v4 + "&response-content-type=text/html"} {
		if got := s.sendAnonymous("GET", target, ""); got.StatusCode != 200 {
			t.Errorf("GET %s: %d %s", target, got.StatusCode, text(got))
		}
	}
	if got := s.sendAnonymous("PUT", strings.ReplaceAll(v4, "/plain/", "/kept/")+"&x-amz-meta-a=1", "hello"); got.StatusCode != 200 || s.created[0].Requester != "manager2" {
		t.Errorf("presigned PUT: %d %s", got.StatusCode, text(got))
	}
	if got := s.send("HEAD", "/kept/k", "").Header.Get("X-Amz-Meta-A"); got != "1" {
		t.Errorf("the header in the URL's parameters got lost: %q", got)
	}
	s.clock.RunUntil(epoch.Add(61 * time.Second))
	for _, target := range []string{v4, v2} {
		if got := s.sendAnonymous("GET", target, ""); got.StatusCode != 403 || !strings.Contains(text(got), "Request has expired") {
			t.Errorf("GET %s after its expiry: %d", target, got.StatusCode)
		}
	}
	if got := s.sendAnonymous("GET", strings.Replace(v4, "Expires=60", "Expires=604801", 1), ""); got.StatusCode != 400 {
		t.Errorf("a URL for more than a week: %d", got.StatusCode)
	}
}

func TestVirtualHostsNameTheBucket(t *testing.T) {
	s := newStack(t, "")
	s.put("plain", "a/k", "hello")
	for _, url := range []string{"http://plain.s3.us-east-1.amazonaws.com/a/k", "https://plain.s3.amazonaws.com/a/k",
		"http://plain.localhost:4566/a/k", "http://plain.s3.localhost:4566/a/k", "http://127.0.0.1:4566/plain/a/k", "http://localhost:4566/plain/a/k"} {
		r, err := http.NewRequest("GET", url, nil)
		s.must(err)
		got, _ := s.RoundTrip(r)
		if body := text(got); body != "hello" {
			t.Errorf("GET %s: %s", url, body)
		}
	}
}

func TestBlobsWithoutARecordAreRemovedAtStart(t *testing.T) {
	s := newStack(t, filepath.Join(t.TempDir(), "blobs"))
	s.put("plain", "k", "hello")
	s.send("PUT", "/plain/k", "hallo")
	s.put("plain", "empty", "")
	s.put("kept", "k", "hello")
	if n := s.files(); n != 2 {
		t.Errorf("%d blobs, want 2", n)
	}
	s.must(os.WriteFile(filepath.Join(s.blobs, "orphan"), []byte("x"), 0o600))
	s.start()
	if n := s.files(); n != 2 {
		t.Errorf("%d blobs after a restart, want 2", n)
	}
	if got := text(s.send("GET", "/plain/k", "")); got != "hallo" {
		t.Errorf("the object reads %q", got)
	}
}

func TestNewNeedsStoreClockAndNewID(t *testing.T) {
	if _, err := s3.New(s3.Config{}); err == nil {
		t.Error("an engine of nothing was made")
	}
}
