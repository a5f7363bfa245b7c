package s3_test

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzChunkedBody puts what it is given as an aws-chunked body, and the same bytes cut into chunks.
func FuzzChunkedBody(f *testing.F) {
	f.Add("5\r\nhello\r\n0\r\n\r\n", 5, 2)
	f.Add("3;chunk-signature=0\r\nhel\r\n2;chunk-signature=1\r\nlo\r\n0;chunk-signature=2\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", 5, 1)
	f.Add("7fffffffffffffff\r\nhello", 5, 7)
	f.Add("0\r\n:\r\n\r\n", 0, 1)
	s := newStack(f, "")
	f.Fuzz(func(t *testing.T, raw string, length, size int) {
		s.t = t
		put := func(body string, length int) *http.Response {
			return s.send("PUT", "/plain/k", body, "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER", fmt.Sprintf("x-amz-decoded-content-length: %d", length))
		}
		got := put(raw, length)
		if got.StatusCode == 200 && len(text(s.send("GET", "/plain/k", ""))) != length {
			t.Errorf("%q was taken as %d bytes", raw, length)
		}
		if got.StatusCode >= 500 {
			t.Errorf("%q: %d %s", raw, got.StatusCode, text(got))
		}
		if size < 1 {
			return
		}
		if got := put(chunked(raw, size), len(raw)); got.StatusCode != 200 || text(s.send("GET", "/plain/k", "")) != raw {
			t.Errorf("%q in chunks of %d: %d %s", raw, size, got.StatusCode, text(got))
		}
	})
}

func chunked(body string, size int) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\n\r\n"
}

// FuzzDocuments sends XML documents to every operation that reads one; none may fail by a fault of the engine's own.
func FuzzDocuments(f *testing.F) {
	for _, seed := range []string{
		"<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
		"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		"<Delete><Quiet>true</Quiet><Object><Key>k</Key><VersionId>null</VersionId></Object></Delete>",
		"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"x\"</ETag></Part></CompleteMultipartUpload>",
		"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
		"<Delete><Object/></Delete>", "<a", "",
	} {
		f.Add(seed)
	}
	s := newStack(f, "")
	upload := text(s.send("POST", "/plain/k?uploads", ""))
	_, upload, _ = strings.Cut(upload, "<UploadId>")
	upload, _, _ = strings.Cut(upload, "</UploadId>")
	f.Fuzz(func(t *testing.T, body string) {
		s.t = t
		s.send("PUT", "/plain/k", "hello")
		for _, request := range []string{"PUT /plain/k?tagging", "PUT /plain?versioning", "POST /plain?delete", "PUT /plain",
			"POST /plain/k?uploadId=" + upload} {
			method, target, _ := strings.Cut(request, " ")
			got := s.send(method, target, body, "Content-MD5: "+contentMD5(body))
			if answer := text(got); got.StatusCode == http.StatusInternalServerError {
				t.Errorf("%s of %q: %s", request, body, answer)
			}
		}
	})
}

// FuzzRequest sends requests with one odd parameter or header; none may fail by a fault of the engine's own.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "k", "versionId=null", "Range", "bytes=0-1")
	f.Add("PUT", "to", "", "x-amz-copy-source", "plain/k?versionId=null")
	f.Add("PUT", "to", "uploadId=x&partNumber=1", "x-amz-copy-source-range", "bytes=0-1")
	f.Add("GET", "", "list-type=2&prefix=a&delimiter=/&continuation-token=Yg&max-keys=1", "", "")
	f.Add("GET", "", "versions&key-marker=k&version-id-marker=null", "", "")
	f.Add("PUT", "k", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/b&X-Amz-Date=20260301T120000Z&X-Amz-Expires=1", "x-amz-tagging", "a=b&c")
	s := newStack(f, "")
	f.Fuzz(func(t *testing.T, method, key, query, header, value string) {
		s.t = t
		s.send("PUT", "/plain/k", "hello")
		r, err := http.NewRequest(method, "http://s3.localhost", strings.NewReader("body"))
		if err != nil {
			return // no request that could be sent
		}
		r.URL = &url.URL{Scheme: "http", Host: "s3.localhost", Path: "/plain/" + key, RawQuery: query}
		r.Header.Set("Authorization", "AWS test:signature")
		r.Header.Set(header, value)
		got, _ := s.RoundTrip(r)
		if answer := text(got); got.StatusCode == http.StatusInternalServerError {
			t.Errorf("%s %s?%s with %s: %s: %s", method, key, query, header, hex.EncodeToString([]byte(value)), answer)
		}
	})
}
