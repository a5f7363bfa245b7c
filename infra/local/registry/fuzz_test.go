package registry_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

func FuzzManifestsAreTakenAsTheyAreOrRefused(f *testing.F) {
	seed := &rig{t: f}
	for _, i := range []image{seed.newImage(nil), seed.newImage(descriptor{"subject": describe(types.OCIManifestSchema1, "s")}), seed.newIndex()} {
		f.Add("1.0.0", string(i.mediaType), i.manifest)
		f.Add(i.digest(), "", i.manifest)
	}
	f.Add("-", "a/b; c", `{"schemaVersion":2,"layers":[null]}`)
	f.Fuzz(func(t *testing.T, reference, mediaType, manifest string) {
		if strings.ContainsAny(reference, "/?#%\x00 \x7f") || strings.ContainsFunc(reference, func(c rune) bool { return c < ' ' || c > '~' }) {
			return // it makes another path, or none
		}
		r := newRig(t)
		for _, blob := range []string{`{"id":1}`, `{"id":2}`, "layer one", "layer two"} {
			r.upload("web", blob)
		}
		answer := r.send("PUT", "/v2/web/manifests/"+reference, manifest, "Content-Type", mediaType)
		switch {
		case answer.Code == http.StatusCreated:
			if got := r.send("GET", "/v2/web/manifests/"+reference, ""); got.Body.String() != manifest || len(r.pushes) > 1 {
				t.Errorf("%q: %d %q, want %q; told of %v", reference, got.Code, got.Body, manifest, r.pushes)
			}
		case answer.Code >= 500 || len(r.pushes) > 0:
			t.Errorf("%d %s; told of %v", answer.Code, answer.Body, r.pushes)
		default:
			r.refused(answer)
		}
	})
}

func FuzzUploadsAreTakenOrRefused(f *testing.F) {
	f.Add("PATCH", "0-1", "he", "?digest="+sha("he"))
	f.Add("PUT", "2-", "", "?digest=sha512:00")
	f.Add("POST", "-", "x", "?mount=x&from=%00&digest=;")
	f.Fuzz(func(t *testing.T, method, span, body, query string) {
		r := newRig(t)
		for _, target := range []string{r.begin("web"), "/v2/web/blobs/uploads/", "/v2/web/tags/list", "/v2/web/blobs/" + sha("x")} {
			request := httptest.NewRequest(http.MethodGet, "http://"+host+target, strings.NewReader(body))
			request.Method, request.URL.RawQuery = method, strings.TrimPrefix(query, "?")
			request.Header.Set("Content-Range", span)
			request.Header.Set("Range", span)
			answer := httptest.NewRecorder()
			if r.ServeHTTP(answer, request); answer.Code >= 500 {
				t.Errorf("%s %s: %d %s", method, target, answer.Code, answer.Body)
			}
		}
	})
}

func FuzzRequestsOfTheAPIAreAnsweredOrRefused(f *testing.F) {
	f.Add("DescribeImages", `{"repositoryName":"web","imageIds":[{"imageTag":"1.0.0"}]}`)
	f.Add("DescribeRepositories", `{"nextToken":"AA","maxResults":1}`)
	f.Add("ListImages", `{"repositoryName":"web","nextToken":"IA","filter":{"tagStatus":"TAGGED"}}`)
	f.Add("BatchGetImage", `{"repositoryName":"web\u0000","imageIds":[{"imageDigest":"sha256:"}]}`)
	f.Add("GetAuthorizationToken", `null`)
	f.Fuzz(func(t *testing.T, operation, body string) {
		r := newRig(t)
		r.pushed("web", "1.0.0", r.newImage(nil))
		request := httptest.NewRequest(http.MethodPost, "http://"+host+"/", strings.NewReader(body))
		request.Header.Set("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921."+operation)
		answer := httptest.NewRecorder()
		if r.API().ServeHTTP(answer, request); answer.Code >= 500 || !json.Valid(answer.Body.Bytes()) {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
	})
}
