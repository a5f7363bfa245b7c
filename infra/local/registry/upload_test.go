package registry_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"slipway/infra/local/registry"
)

// begin begins an upload and returns its place.
func (r *rig) begin(repository string) string {
	r.t.Helper()
	answer := r.send("POST", "/v2/"+repository+"/blobs/uploads/", "")
	if answer.Code != http.StatusAccepted {
		r.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	return answer.Header().Get("Location")
}

func TestAnUploadIsABlobWhenItsDigestFits(t *testing.T) {
	for where, newRig := range map[string]func(*testing.T) *rig{"in memory": newRig, "in files": newFileRig} {
		for name, steps := range map[string][][]string{ // method, body, headers; then PUT with the digest of "hello"
			"at once":            {{"PUT", "hello"}},
			"in one chunk":       {{"PATCH", "hello"}, {"PUT", ""}},
			"in three chunks":    {{"PATCH", "he"}, {"PATCH", "l", "Content-Range", "2-2"}, {"PATCH", "lo", "Content-Range", "3-4"}, {"PUT", ""}},
			"with its last part": {{"PATCH", "he"}, {"PUT", "llo", "Content-Range", "2-4"}},
			"after empty chunks": {{"PATCH", ""}, {"PATCH", "hello"}, {"PUT", ""}},
		} {
			t.Run(where+" "+name, func(t *testing.T) {
				r := newRig(t)
				place := r.begin("web")
				var answer *httptest.ResponseRecorder
				for _, s := range steps {
					target := place
					if s[0] == "PUT" {
						target += "?digest=" + sha("hello")
					}
					answer = r.send(s[0], target, s[1], s[2:]...)
				}
				if answer.Code != http.StatusCreated || answer.Header().Get("Location") != "/v2/web/blobs/"+sha("hello") {
					t.Fatalf("%d %s %v", answer.Code, answer.Body, answer.Header())
				}
				if got := r.blob("web", sha("hello")); got != "hello" {
					t.Errorf("the blob is %q", got)
				}
				if got := r.send("GET", place, ""); got.Code != http.StatusNotFound {
					t.Errorf("the upload is still there: %d", got.Code)
				}
				if r.blobs != "" && r.files() != 1 {
					t.Errorf("%d files, want the blob alone", r.files())
				}
			})
		}
	}
}

func (r *rig) files() int {
	r.t.Helper()
	files, err := os.ReadDir(r.blobs)
	r.must(err)
	return len(files)
}

func TestABlobMayBeEmpty(t *testing.T) {
	for name, r := range map[string]*rig{"in memory": newRig(t), "in files": newFileRig(t)} {
		if got := r.blob("web", r.upload("web", "")); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAnUploadGoesOnFromWhereItStands(t *testing.T) {
	r := newRig(t)
	place := r.begin("web")
	for _, c := range []struct{ span, body, want string }{
		{"0-1", "he", ""},
		{"0-1", "he", "416 BLOB_UPLOAD_INVALID: the chunk must begin at 2, where the upload id-2 stands"},
		{"3-4", "lo", "416 BLOB_UPLOAD_INVALID: the chunk must begin at 2, where the upload id-2 stands"},
		{"2-4", "l", "400 SIZE_INVALID: the chunk has 1 bytes, and its Content-Range promises 3"},
		{"bytes 2-4/5", "llo", `416 BLOB_UPLOAD_INVALID: the Content-Range "bytes 2-4/5" must be "<first byte>-<last byte>"`},
		{"4-2", "llo", `416 BLOB_UPLOAD_INVALID: the Content-Range "4-2" must be "<first byte>-<last byte>"`},
	} {
		answer := r.send("PATCH", place, c.body, "Content-Range", c.span)
		switch {
		case c.want != "":
			if got := strings.ReplaceAll(r.refused(answer), place[strings.LastIndex(place, "/")+1:], "id-2"); got != c.want {
				t.Errorf("%s: %s\nwant %s", c.span, got, c.want)
			}
		case answer.Code != http.StatusAccepted:
			t.Errorf("%s: %d %s", c.span, answer.Code, answer.Body)
		}
		if at := r.send("GET", place, "").Header().Get("Range"); at != "0-1" {
			t.Errorf("%s: the upload stands at %s", c.span, at)
		}
	}
}

func TestAnUploadWithAnotherDigestIsGone(t *testing.T) {
	for name, r := range map[string]*rig{"in memory": newRig(t), "in files": newFileRig(t)} {
		for chunks := range 3 {
			place := r.begin("web")
			for range chunks {
				r.send("PATCH", place, "x")
			}
			got := r.refused(r.send("PUT", place+"?digest="+sha("y"), ""))
			if want := "400 DIGEST_INVALID: the content's digest is " + sha(strings.Repeat("x", chunks)) + ", not " + sha("y"); got != want {
				t.Errorf("%s: %s\nwant %s", name, got, want)
			}
			if got := r.send("GET", place, ""); got.Code != http.StatusNotFound {
				t.Errorf("%s: the upload is still there: %d", name, got.Code)
			}
		}
		if r.blobs != "" && r.files() != 0 {
			t.Errorf("%d files are left", r.files())
		}
	}
}

func TestAnUploadIsCancelled(t *testing.T) {
	r := newFileRig(t)
	place := r.begin("web")
	r.send("PATCH", place, "hello")
	if answer := r.send("DELETE", place, ""); answer.Code != http.StatusNoContent || r.files() != 0 {
		t.Errorf("%d; %d files are left", answer.Code, r.files())
	}
	if answer := r.send("DELETE", place, ""); answer.Code != http.StatusNotFound {
		t.Errorf("the second time: %d", answer.Code)
	}
}

func TestAnUploadIsItsRepositorys(t *testing.T) {
	r := newRig(t)
	place := strings.Replace(r.begin("web"), "web", "storefront/api", 1)
	if answer := r.send("PATCH", place, "hello"); answer.Code != http.StatusNotFound {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}

func TestABodyThatBreaksOffIsNoPart(t *testing.T) {
	r := newFileRig(t)
	place := r.begin("web")
	request := httptest.NewRequest("PATCH", "http://"+host+place,
		io.MultiReader(strings.NewReader("he"), iotest.ErrReader(errors.New("connection reset"))))
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	if got := r.refused(answer); got != "400 BLOB_UPLOAD_INVALID: read the request's body: connection reset" {
		t.Error(got)
	}
	if at := r.send("GET", place, "").Header().Get("Range"); at != "0-0" || r.files() != 0 {
		t.Errorf("the upload stands at %s, with %d files", at, r.files())
	}
}

func TestABlobIsInTheRepositoriesThatItWasPushedTo(t *testing.T) {
	r := newFileRig(t)
	digest := r.upload("web", "hello")
	if got := r.blob("storefront/api", digest); !strings.HasPrefix(got, "404 BLOB_UNKNOWN") {
		t.Errorf("before: %s", got)
	}
	for query, want := range map[string]int{
		"?mount=" + digest + "&from=shop":      http.StatusAccepted,
		"?mount=" + sha("other") + "&from=web": http.StatusAccepted,
		"?mount=x&from=web":                    http.StatusBadRequest,
	} {
		if answer := r.send("POST", "/v2/storefront/api/blobs/uploads/"+query, ""); answer.Code != want {
			t.Errorf("%s: %d %s, want %d", query, answer.Code, answer.Body, want)
		}
	}
	r.must(r.CreateRepository(registry.RepositorySpec{Name: "other"}))
	r.upload("other", "hello")
	for repository, query := range map[string]string{"storefront/api": "?from=web&mount=" + digest, "web": "?mount=" + digest} {
		if answer := r.send("POST", "/v2/"+repository+"/blobs/uploads/"+query, ""); answer.Code != http.StatusCreated {
			t.Errorf("%s: %d %s", query, answer.Code, answer.Body)
		}
		if got := r.blob(repository, digest); got != "hello" {
			t.Errorf("%s: %s", repository, got)
		}
	}
	if r.files() != 1 {
		t.Errorf("%d files, want one for all repositories", r.files())
	}
}

func TestUploadsThatWereGivenUpAreRemovedAtTheNextStart(t *testing.T) {
	r := newFileRig(t)
	old := r.begin("web")
	r.send("PATCH", old, "hello")
	r.clock.RunUntil(epoch.Add(25 * time.Hour))
	young := r.begin("web")
	r.send("PATCH", young, "hello")
	r.start()
	if was, is := r.send("GET", old, ""), r.send("GET", young, ""); was.Code != http.StatusNotFound || is.Code != http.StatusNoContent || r.files() != 1 {
		t.Errorf("old %d, young %d, %d files", was.Code, is.Code, r.files())
	}
}
