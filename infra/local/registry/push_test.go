package registry_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"slipway/infra/local/registry"
)

func TestAnImageIsPulledAsItWasPushed(t *testing.T) {
	for name, r := range map[string]*rig{"in memory": newRig(t), "in files": newFileRig(t)} {
		t.Run(name, func(t *testing.T) {
			i := r.pushed("storefront/api", "1.0.0", r.newImage(nil))
			r.pulled("storefront/api", "1.0.0", i)
			r.pulled("storefront/api", i.digest(), i)
		})
	}
}

func TestAnIndexIsPulledAsItWasPushed(t *testing.T) {
	r := newRig(t)
	arm, intel := r.newImage(nil), r.newImage(nil)
	index := r.newIndex(arm, intel)
	r.hasPrefix(r.push("web", "1.0.0", index), "404 MANIFEST_BLOB_UNKNOWN: the manifest's manifest "+arm.digest()+" is not in the repository 'web'; push it first")
	r.pushed("web", arm.digest(), arm)
	r.pushed("web", intel.digest(), intel)
	r.pushed("web", "1.0.0", index)
	r.pulled("web", "1.0.0", index)
	if len(r.pushes) != 1 || r.pushes[0].Digest != index.digest() || r.pushes[0].MediaType != string(types.OCIImageIndex) {
		t.Errorf("told of %+v, want the tag of the index alone", r.pushes)
	}
}

func TestABlobGoesOverASocketInAStream(t *testing.T) {
	r := newFileRig(t)
	server := httptest.NewServer(r)
	defer server.Close()
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, server.URL+r.begin("web"), io.MultiReader(bytes.NewReader(content)))
	r.must(err)
	answer, err := server.Client().Do(request) // in chunks of HTTP, as the length isn't known
	r.must(err)
	r.must(answer.Body.Close())
	request, err = http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+answer.Header.Get("Location")+"?digest="+sha(string(content)), http.NoBody)
	r.must(err)
	answer, err = server.Client().Do(request)
	r.must(err)
	r.must(answer.Body.Close())
	if got := r.blob("web", sha(string(content))); got != string(content) {
		t.Errorf("%d; the blob has %d bytes, want %d", answer.StatusCode, len(got), len(content))
	}
}

func TestATagTellsOfEachChangeOnce(t *testing.T) {
	r := newRig(t)
	first, second := r.newImage(nil), r.newImage(nil)
	r.user = "ci1"
	for _, i := range []image{first, first, second, first} {
		r.pushed("web", "latest", i)
	}
	r.user = ""
	r.pushed("web", "1.0.0", first)
	r.pushed("web", second.digest(), second)
	var told [][3]string
	for _, p := range r.pushes {
		told = append(told, [3]string{p.Tag, p.Digest, p.Caller})
	}
	want := [][3]string{{"latest", first.digest(), "ci1"}, {"latest", second.digest(), "ci1"}, {"latest", first.digest(), "ci1"},
		{"1.0.0", first.digest(), "anonymous"}}
	if !slices.Equal(told, want) {
		t.Errorf("told of %q\nwant %q", told, want)
	}
}

func TestAPushTellsOfItsImage(t *testing.T) {
	r := newRig(t)
	i := r.pushed("storefront/api", "1.0.0", r.newImage(nil))
	want := registry.Push{Repository: "storefront/api", Tag: "1.0.0", Digest: i.digest(), MediaType: string(types.OCIManifestSchema1),
		Size: int64(len(strings.Join(i.blobs, ""))), Caller: "anonymous", Time: epoch}
	if !slices.Equal(r.pushes, []registry.Push{want}) {
		t.Errorf("told of %+v\nwant %+v", r.pushes, want)
	}
}

func TestAnImmutableTagKeepsItsDigest(t *testing.T) {
	r := newRig(t)
	first, second := r.newImage(nil), r.newImage(nil)
	r.pushed("storefront/api", "1.0.0", first)
	r.pushed("storefront/api", "1.0.0", first)
	r.hasPrefix(r.push("storefront/api", "1.0.0", second), "400 TAG_INVALID: The image tag '1.0.0' already exists in the 'storefront/api' "+
		"repository and cannot be overwritten because the tag is immutable.")
	r.pulled("storefront/api", "1.0.0", first)
	if len(r.pushes) != 1 {
		t.Errorf("told of %d changes, want 1", len(r.pushes))
	}
	r.hasPrefix(r.refused(r.send("GET", "/v2/storefront/api/manifests/"+second.digest(), "")), "404 MANIFEST_UNKNOWN: Requested image not found")
}

func TestARepositoryMustBeThere(t *testing.T) {
	r := newRig(t)
	r.hasPrefix(r.push("shop", "1.0.0", r.newImage(nil)),
		"404 NAME_UNKNOWN: The repository with name 'shop' does not exist in the registry with id '000000000000'")
}

func TestARepositoryIsCreatedOnce(t *testing.T) {
	r := newRig(t)
	i := r.pushed("web", "1.0.0", r.newImage(nil))
	r.must(r.CreateRepository(registry.RepositorySpec{Name: "web", ImmutableTags: true}))
	r.hasPrefix(r.push("web", "1.0.0", r.newImage(nil)), "400 TAG_INVALID")
	r.pulled("web", "1.0.0", i)
	for _, name := range []string{"", "a", "Web", "a//b", "a/", "-a", strings.Repeat("a", 257)} {
		if err := r.CreateRepository(registry.RepositorySpec{Name: name}); err == nil {
			t.Errorf("a repository %q was created", name)
		}
	}
}

func TestAnEngineNeedsItsDependencies(t *testing.T) {
	if _, err := registry.New(registry.Config{}); err == nil {
		t.Error("an engine was made of nothing")
	}
}

func TestWhoRefersToAnImageIsListed(t *testing.T) {
	r := newRig(t)
	i := r.pushed("web", "1.0.0", r.newImage(nil))
	signature := r.newImage(descriptor{"subject": describe(i.mediaType, i.manifest), "artifactType": "application/vnd.example.signature"})
	answer := r.send("PUT", "/v2/web/manifests/"+r.pushed("web", signature.digest(), signature).digest(), signature.manifest)
	if got := answer.Header().Get("Oci-Subject"); got != i.digest() {
		t.Errorf("the subject is %q, want %s", got, i.digest())
	}
	for query, want := range map[string]int{"": 1, "?artifactType=application/vnd.example.signature": 1, "?artifactType=other": 0} {
		answer := r.send("GET", "/v2/web/referrers/"+i.digest()+query, "")
		index, err := v1.ParseIndexManifest(answer.Body)
		r.must(err)
		if len(index.Manifests) != want || (query != "") != (answer.Header().Get("Oci-Filters-Applied") == "artifactType") {
			t.Errorf("%q: %d referrers, want %d; %v", query, len(index.Manifests), want, answer.Header())
		}
		if want == 1 && (index.Manifests[0].Digest.String() != signature.digest() || index.Manifests[0].ArtifactType != "application/vnd.example.signature") {
			t.Errorf("%q: %+v", query, index.Manifests[0])
		}
	}
}

func TestManifestsThatAreNotWholeAreRefused(t *testing.T) {
	r := newRig(t)
	r.upload("web", "layer one")
	missing := describe(types.OCILayer, "never pushed")
	foreign := describe(types.DockerForeignLayer, "never pushed")
	short := describe(types.OCILayer, "layer one")
	short["size"] = 3
	for name, c := range map[string]struct {
		more descriptor
		want string
	}{
		"a layer that is not there":   {descriptor{"layers": []descriptor{missing}}, "404 MANIFEST_BLOB_UNKNOWN: the manifest's blob " + sha("never pushed")},
		"a config that is not there":  {descriptor{"config": missing}, "404 MANIFEST_BLOB_UNKNOWN: the manifest's blob " + sha("never pushed")},
		"a layer of another size":     {descriptor{"layers": []descriptor{short}}, "400 MANIFEST_INVALID: the manifest says that " + sha("layer one") + " has 3 bytes; it has 9"},
		"a layer that is elsewhere":   {descriptor{"layers": []descriptor{foreign}}, ""},
		"another schema":              {descriptor{"schemaVersion": 1}, "400 MANIFEST_INVALID: the manifest's schemaVersion is 1, want 2"},
		"no config":                   {descriptor{"config": nil}, "400 MANIFEST_INVALID: an image manifest must have a config and no manifests"},
		"an index as well":            {descriptor{"manifests": []descriptor{}}, "400 MANIFEST_INVALID: an image manifest must have a config and no manifests"},
		"another media type":          {descriptor{"mediaType": types.OCIImageIndex}, "400 MANIFEST_INVALID: the manifest says that it is a application/vnd.oci.image.index.v1+json, and its Content-Type"},
		"none of its own":             {descriptor{"mediaType": nil}, ""},
		"a digest that is none":       {descriptor{"subject": descriptor{"digest": "sha256:0"}}, "400 MANIFEST_INVALID: the manifest can not be read"},
		"no digest":                   {descriptor{"subject": descriptor{"size": 1}}, `400 MANIFEST_INVALID: the manifest refers to ":" of 1 bytes`},
		"a size that can't be":        {descriptor{"subject": descriptor{"digest": sha(""), "size": -1}}, "400 MANIFEST_INVALID: the manifest refers to"},
		"more bytes than are allowed": {descriptor{"annotations": descriptor{"a": strings.Repeat("a", 4<<20)}}, "413 SIZE_INVALID: the manifest has more than 4194304 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			r.hasPrefix(r.push("web", "latest", r.newImage(c.more)), c.want)
		})
	}
}

func TestManifestsAreWhatTheirRequestsSay(t *testing.T) {
	r := newRig(t)
	untyped := r.pushed("web", "1.0.0", r.newImage(descriptor{"mediaType": nil}))
	for name, c := range map[string]struct{ reference, mediaType, manifest, want string }{
		"another digest":            {sha("other"), "", "{}", "400 DIGEST_INVALID: the content's digest is " + sha("{}") + ", not " + sha("other")},
		"a digest of another kind":  {"md5:00", "", "{}", `400 DIGEST_INVALID: the digest "md5:00"`},
		"a tag that is none":        {"-1", "", "{}", `400 TAG_INVALID: the tag "-1" must match`},
		"no JSON":                   {"1", "", "<>", "400 MANIFEST_INVALID: the manifest can not be read"},
		"a type that can't be read": {"1", "a b c;", "{}", `400 MANIFEST_INVALID: the Content-Type "a b c;" can not be read`},
		"a type of long ago":        {"1", string(types.DockerManifestSchema1), `{"schemaVersion":2}`, `400 MANIFEST_INVALID: the media type "application/vnd.docker.distribution.manifest.v1+json" is not supported`},
		"two types in turn":         {"2", string(types.DockerManifestSchema2), untyped.manifest, "400 MANIFEST_INVALID: the manifest " + untyped.digest() + " is in the repository as a"},
		"an index with a config":    {"1", string(types.OCIImageIndex), `{"schemaVersion":2,"manifests":[],"layers":[]}`, "400 MANIFEST_INVALID: an index must have neither config nor layers"},
		"an index of no image":      {"1", string(types.DockerManifestList), `{"schemaVersion":2,"manifests":[]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			answer := r.send("PUT", "/v2/web/manifests/"+c.reference, c.manifest, "Content-Type", c.mediaType)
			switch {
			case c.want != "":
				r.hasPrefix(r.refused(answer), c.want)
			case answer.Code != http.StatusCreated:
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
		})
	}
}
