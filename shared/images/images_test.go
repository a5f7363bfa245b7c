package images_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"slipway/infra/local/clock"
	"slipway/infra/local/registry"
	"slipway/infra/local/store"
	"slipway/shared/images"
	"slipway/shared/pipeline"
)

const (
	host       = "registry.local"
	repository = "storefront/api"
	configType = "application/vnd.oci.image.config.v1+json"
	imageType  = "application/vnd.oci.image.manifest.v1+json"
	indexType  = "application/vnd.oci.image.index.v1+json"
)

// A bench is the images of an engine with one repository, on a virtual clock.
type bench struct {
	*images.Images
	*testing.T
	engine *registry.Engine
	clock  *clock.Virtual
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, clock: clock.NewVirtual(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))}
	ids := 0
	var err error
	b.engine, err = registry.New(registry.Config{Store: store.NewMemory(), Clock: b.clock, Host: func() string { return host },
		NewID: func() string { ids++; return fmt.Sprintf("id-%06d", ids) }})
	b.must(err)
	b.must(b.engine.CreateRepository(registry.RepositorySpec{Name: repository}))
	client := &http.Client{Transport: b}
	b.Images = images.New(ecr.New(ecr.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://ecr.local"), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""), HTTPClient: client}), client)
	return b
}

// RoundTrip ends requests in the engine: docker's in its front, others in its API.
func (b *bench) RoundTrip(r *http.Request) (*http.Response, error) {
	handler := http.Handler(b.engine)
	if r.URL.Host != host {
		handler = b.engine.API()
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer.Result(), nil
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// push puts a part of an image under /v2/ and returns its digest and its size.
func (b *bench) push(method, path, contentType string, body any) (digest string, size int) {
	b.Helper()
	text, err := json.Marshal(body)
	b.must(err)
	sum := sha256.Sum256(text)
	digest = "sha256:" + hex.EncodeToString(sum[:])
	request := httptest.NewRequest(method, "http://"+host+"/v2/"+repository+strings.ReplaceAll(path, "DIGEST", digest), strings.NewReader(string(text)))
	request.Header.Set("Content-Type", contentType)
	answer := httptest.NewRecorder()
	b.engine.ServeHTTP(answer, request)
	if answer.Code != http.StatusCreated {
		b.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
	return digest, len(text)
}

// image pushes an image with labels and annotations under a tag.
func (b *bench) image(tag, configuration string, labels, annotations map[string]string) (digest string, size int) {
	b.Helper()
	config := map[string]any{"architecture": "arm64", "os": "linux", "config": map[string]any{"Labels": labels}}
	digest, size = b.push(http.MethodPost, "/blobs/uploads/?digest=DIGEST", "application/octet-stream", config)
	return b.push(http.MethodPut, "/manifests/"+tag, imageType, map[string]any{"schemaVersion": 2, "mediaType": imageType, "layers": []any{},
		"config": map[string]any{"mediaType": configuration, "digest": digest, "size": size}, "annotations": annotations})
}

func TestARepositoryHasAnAddress(t *testing.T) {
	b := newBench(t)
	if uri, err := b.URI(t.Context(), repository); err != nil || uri != host+"/"+repository {
		t.Errorf("it is %s, %v", uri, err)
	}
	if _, err := b.URI(t.Context(), "nothing"); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("a repository that isn't there: %v", err)
	}
}

func TestAnImageIsFoundByItsDigest(t *testing.T) {
	b := newBench(t)
	digest, _ := b.image("1.0.0", configType, nil, nil)
	got, err := b.Find(t.Context(), repository, "1.0.0", digest)
	if err != nil || got.Tag != "1.0.0" || got.Digest != digest || got.Size == 0 || !got.PushedAt.Equal(b.clock.Now()) {
		t.Errorf("found %+v, %v", got, err)
	}
	for _, repository := range []string{repository, "nothing"} {
		if _, err := b.Find(t.Context(), repository, "1.0.0", "sha256:"+strings.Repeat("0", 64)); !errors.Is(err, pipeline.ErrNotFound) {
			t.Errorf("an image that isn't in %s: %v", repository, err)
		}
	}
}

func TestEveryTagOfEveryPageIsListed(t *testing.T) {
	b := newBench(t)
	want := map[string]string{}
	for i := range 1200 {
		tag := fmt.Sprintf("1.%d.0", i)
		want[tag], _ = b.image(tag, configType, map[string]string{"n": tag}, nil)
	}
	want["latest"], _ = b.image("latest", configType, map[string]string{"n": "1.7.0"}, nil)
	got := map[string]string{}
	for i, err := range b.Tagged(t.Context(), repository) {
		b.must(err)
		got[i.Tag] = i.Digest
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d tags are listed, want %d", len(got), len(want))
	}
	for _, err := range b.Tagged(t.Context(), "nothing") {
		if !errors.Is(err, pipeline.ErrNotFound) {
			t.Errorf("a repository that isn't there: %v", err)
		}
	}
}

func TestLabelsAndAnnotationsAreRead(t *testing.T) {
	b := newBench(t)
	one, size := b.image("one", configType, map[string]string{"a": "label", "b": "label", "c": "label"}, map[string]string{"b": "manifest", "c": "manifest"})
	index, _ := b.push(http.MethodPut, "/manifests/index", indexType, map[string]any{"schemaVersion": 2, "mediaType": indexType,
		"annotations": map[string]string{"c": "index"}, "manifests": []any{map[string]any{"mediaType": imageType, "digest": one, "size": size}}})
	empty, _ := b.push(http.MethodPut, "/manifests/empty", indexType, map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []any{}})
	chart, _ := b.image("chart", "application/vnd.cncf.helm.config.v1+json", map[string]string{"a": "no label"}, map[string]string{"b": "manifest"})
	plain, _ := b.image("plain", configType, nil, nil)
	for digest, want := range map[string]map[string]string{
		one:   {"a": "label", "b": "manifest", "c": "manifest"},
		index: {"a": "label", "b": "manifest", "c": "index"},
		chart: {"b": "manifest"},
		empty: {},
		plain: {},
	} {
		if got, err := b.Labels(t.Context(), repository, digest); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s has %v, %v; want %v", digest, slices.Sorted(maps.Keys(got)), err, want)
		}
	}
	if _, err := b.Labels(t.Context(), repository, "sha256:"+strings.Repeat("0", 64)); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("an image that isn't there: %v", err)
	}
}
