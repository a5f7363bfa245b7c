package registry_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

func sha(content string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(content))) }

// An image is what a client pushes: the blobs first, the manifest last.
type image struct {
	blobs     []string
	mediaType types.MediaType
	manifest  string
}

func (i image) digest() string { return sha(i.manifest) }

type descriptor map[string]any

func describe(mediaType types.MediaType, content string) descriptor {
	return descriptor{"mediaType": mediaType, "digest": sha(content), "size": len(content)}
}

// newImage returns an image of two layers, with more members in its manifest.
func (r *rig) newImage(more descriptor) image {
	i := image{mediaType: types.OCIManifestSchema1, blobs: []string{fmt.Sprintf(`{"id":%d}`, r.ids.Add(1)), "layer one", "layer two"}}
	return i.with(r, descriptor{"schemaVersion": 2, "mediaType": i.mediaType, "config": describe(types.OCIConfigJSON, i.blobs[0]),
		"layers": []descriptor{describe(types.OCILayer, i.blobs[1]), describe(types.OCILayer, i.blobs[2])}}, more)
}

// newIndex returns an index of the images.
func (r *rig) newIndex(images ...image) image {
	parts := []descriptor{}
	for _, i := range images {
		parts = append(parts, describe(i.mediaType, i.manifest))
	}
	i := image{mediaType: types.OCIImageIndex}
	return i.with(r, descriptor{"schemaVersion": 2, "mediaType": i.mediaType, "manifests": parts}, nil)
}

// with returns the image with a manifest of the members; a nil one is left out.
func (i image) with(r *rig, members, more descriptor) image {
	r.t.Helper()
	for name, value := range more {
		if members[name] = value; value == nil {
			delete(members, name)
		}
	}
	text, err := json.Marshal(members)
	r.must(err)
	i.manifest = string(text)
	return i
}

// push pushes the image and returns the refusal, or "".
func (r *rig) push(repository, reference string, i image) string {
	r.t.Helper()
	for _, blob := range i.blobs {
		if answer := r.send("POST", "/v2/"+repository+"/blobs/uploads/?digest="+sha(blob), blob); answer.Code != http.StatusCreated {
			return r.refused(answer)
		}
	}
	answer := r.send("PUT", "/v2/"+repository+"/manifests/"+reference, i.manifest, "Content-Type", string(i.mediaType))
	if answer.Code != http.StatusCreated {
		return r.refused(answer)
	}
	if got := answer.Header().Get("Docker-Content-Digest"); got != i.digest() {
		r.t.Errorf("pushed %s, want %s", got, i.digest())
	}
	return ""
}

// pushed pushes the image, which must be taken.
func (r *rig) pushed(repository, reference string, i image) image {
	r.t.Helper()
	if refusal := r.push(repository, reference, i); refusal != "" {
		r.t.Fatalf("push %s:%s: %s", repository, reference, refusal)
	}
	return i
}

// pulled fails the test unless the reference is the image.
func (r *rig) pulled(repository, reference string, want image) {
	r.t.Helper()
	target := "/v2/" + repository + "/manifests/" + reference
	answer, head := r.send("GET", target, ""), r.send("HEAD", target, "")
	if answer.Code != http.StatusOK || answer.Body.String() != want.manifest || answer.Header().Get("Content-Type") != string(want.mediaType) {
		r.t.Errorf("%s:%s is %d %s, want %s", repository, reference, answer.Code, answer.Body, want.manifest)
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Docker-Content-Digest"} {
		if got, want := head.Header().Get(name), answer.Header().Get(name); got != want || got == "" || head.Body.Len() > 0 {
			r.t.Errorf("HEAD %s: %s %q, want %q", target, name, got, want)
		}
	}
	for _, blob := range want.blobs {
		if got := r.blob(repository, sha(blob)); got != blob {
			r.t.Errorf("blob %s is %q, want %q", sha(blob), got, blob)
		}
	}
}

// upload makes a blob in one request and returns its digest.
func (r *rig) upload(repository, content string) string {
	r.t.Helper()
	digest := sha(content)
	if answer := r.send("POST", "/v2/"+repository+"/blobs/uploads/?digest="+digest, content); answer.Code != http.StatusCreated {
		r.t.Fatalf("%d %s", answer.Code, answer.Body)
	}
	return digest
}

// blob returns the repository's blob, or the refusal.
func (r *rig) blob(repository, digest string) string {
	r.t.Helper()
	answer := r.send("GET", "/v2/"+repository+"/blobs/"+digest, "")
	if answer.Code != http.StatusOK {
		return r.refused(answer)
	}
	return answer.Body.String()
}

// hasPrefix fails the test unless a refusal begins as it should.
func (r *rig) hasPrefix(got, want string) {
	r.t.Helper()
	if !strings.HasPrefix(got, want) || want == "" && got != "" {
		r.t.Errorf("%q, want %q", got, want)
	}
}
