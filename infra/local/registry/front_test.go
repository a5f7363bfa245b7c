package registry_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTagsAreListedPageByPage(t *testing.T) {
	r := newRig(t)
	i := r.newImage(nil)
	for _, tag := range []string{"b", "a", "c"} {
		r.pushed("web", tag, i)
	}
	for query, want := range map[string]struct{ tags, link string }{
		"":            {`["a","b","c"]`, ""},
		"?n=2":        {`["a","b"]`, `</v2/web/tags/list?last=b&n=2>; rel="next"`},
		"?n=2&last=b": {`["c"]`, ""},
		"?n=0":        {`[]`, ""},
		"?last=z":     {`[]`, ""},
	} {
		answer := r.send("GET", "/v2/web/tags/list"+query, "")
		if got := answer.Body.String(); got != `{"name":"web","tags":`+want.tags+`}` || answer.Header().Get("Link") != want.link {
			t.Errorf("%q: %s, Link %s", query, got, answer.Header().Get("Link"))
		}
	}
	if got := r.refused(r.send("GET", "/v2/web/tags/list?n=x", "")); !strings.HasPrefix(got, "400 PAGINATION_NUMBER_INVALID") {
		t.Error(got)
	}
}

func TestWhatIsNotAnsweredIsRefusedByName(t *testing.T) {
	r := newRig(t)
	digest := "sha256:" + strings.Repeat("0", 64)
	for target, want := range map[string]string{
		"DELETE /v2/web/manifests/1.0.0":     "405 UNSUPPORTED: deletes are refused here: the ECR API's BatchDeleteImage removes images",
		"DELETE /v2/web/blobs/" + digest:     "405 UNSUPPORTED: deletes are refused here: the ECR API's BatchDeleteImage removes images",
		"POST /v2/web/manifests/1.0.0":       "405 UNSUPPORTED: the method POST of manifests is not supported",
		"POST /v2/web/blobs/uploads/u":       "405 UNSUPPORTED: the method POST of an upload is not supported",
		"POST /v2/":                          "405 UNSUPPORTED: the method POST of /v2/ is not supported",
		"GET /v2/_catalog":                   "404 UNSUPPORTED: the list of repositories is not answered here; the ECR API's DescribeRepositories has it",
		"GET /v2/web":                        "404 UNSUPPORTED: the path /v2/web is not one of the OCI distribution protocol",
		"GET /v1/web/tags/list":              "404 UNSUPPORTED: the path /v1/web/tags/list is not one of the OCI distribution protocol",
		"GET /v2/web/tags/all":               "404 UNSUPPORTED: the path /v2/web/tags/all is not one of the OCI distribution protocol",
		"GET /v2/web/blobs/sha256:00":        `400 DIGEST_INVALID: the digest "sha256:00" must be sha256: and 64 hexadecimal digits in lower case`,
		"GET /v2/web/blobs/" + digest:        "404 BLOB_UNKNOWN: the repository 'web' has no blob " + digest,
		"GET /v2/web/manifests/1.0.0":        "404 MANIFEST_UNKNOWN: Requested image not found",
		"GET /v2/web/blobs/uploads/id-0":     "404 BLOB_UPLOAD_UNKNOWN: there is no upload id-0 in this repository: it was finished, cancelled or never begun",
		"GET /v2/shop/blobs/uploads/tags/me": "404 UNSUPPORTED: the path /v2/shop/blobs/uploads/tags/me is not one of the OCI distribution protocol",
	} {
		method, path, _ := strings.Cut(target, " ")
		if got := r.refused(r.send(method, path, "")); got != want {
			t.Errorf("%s: %s\nwant %s", target, got, want)
		}
	}
}

func TestTheBaseOffersAuthenticationAndAsksForNone(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/v2", "/v2/"} {
		answer := r.send("GET", path, "")
		if answer.Code != http.StatusOK || answer.Header().Get("Www-Authenticate") != `Basic realm="http://`+host+`",service="ecr.amazonaws.com"` {
			t.Errorf("%s: %d %v", path, answer.Code, answer.Header())
		}
	}
}

func TestARequestNeedsNoBody(t *testing.T) {
	r := newRig(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+host+"/v2/web/manifests/1.0.0", nil)
	r.must(err)
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	if got := r.refused(answer); !strings.HasPrefix(got, "400 MANIFEST_INVALID: the manifest can not be read") {
		t.Error(got)
	}
}

func TestABlobIsReadFromItsMiddle(t *testing.T) {
	r := newRig(t)
	answer := r.send("GET", "/v2/web/blobs/"+r.upload("web", "0123456789"), "", "Range", "bytes=2-4")
	if answer.Code != http.StatusPartialContent || answer.Body.String() != "234" {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}
