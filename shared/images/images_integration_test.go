//go:build integration

package images_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"slipway/scripts/integration"
	"slipway/shared/images"
	"slipway/shared/pipeline"
)

// TestIntegration holds the adapter against an ECR that others have written.
func TestIntegration(t *testing.T) {
	integration.Suite{
		Subject: "images",
		Holds: []integration.Claim{
			{Says: "addresses of repositories", Hold: emulated(aRepositoryHasItsAddress)},
			{Says: "images by digest", Hold: emulated(anImageIsFoundByItsDigestAndTag)},
			{Says: "tags", Hold: emulated(everyTagIsListed)},
			{Says: "annotations of manifests and indexes", Hold: emulated(annotationsAreRead)},
			{Says: "what is not there", Hold: emulated(whatIsNotThereIsNotFound)},
		},
		Gaps: []integration.Claim{
			{Says: "GetDownloadUrlForLayer isn't implemented, so that the labels of a configuration can't be read.", Hold: emulated(configurationsHaveNoAddress)},
			{Says: "An image has the digest that it is pushed with, whatever its manifest's is.", Hold: emulated(anyDigestIsTaken)},
			{Says: "DescribeImages returns everything in one page, whatever `maxResults` says.", Hold: emulated(everythingIsOnePage)},
		},
	}.Run(t)
}

// A service is images on the emulator, with a repository of this test's own.
type service struct {
	*bench     // has no engine
	client     *ecr.Client
	repository string
	address    string
}

// emulated returns hold with a service of its own.
func emulated(hold func(s *service)) func(*testing.T) {
	return func(t *testing.T) {
		client := ecr.NewFromConfig(integration.Configuration(t))
		s := &service{bench: &bench{T: t, Images: images.New(client, http.DefaultClient)}, client: client, repository: "shop/" + integration.Name(t)}
		out, err := client.CreateRepository(t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &s.repository})
		s.must(err)
		s.address = aws.ToString(out.Repository.RepositoryUri)
		hold(s)
	}
}

// pushed pushes a manifest under a tag and returns its digest.
func (s *service) pushed(tag string, manifest map[string]any) string {
	s.Helper()
	text, err := json.Marshal(manifest)
	s.must(err)
	sum := sha256.Sum256(text)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	_, err = s.client.PutImage(s.Context(), &ecr.PutImageInput{RepositoryName: &s.repository, ImageTag: &tag, ImageDigest: &digest,
		ImageManifest: aws.String(string(text)), ImageManifestMediaType: aws.String(fmt.Sprint(manifest["mediaType"]))})
	s.must(err)
	return digest
}

// single returns a manifest of an artifact that has annotations and no labels.
func single(annotations map[string]string) map[string]any {
	return map[string]any{"schemaVersion": 2, "mediaType": imageType, "annotations": annotations,
		"config": map[string]any{"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": "sha256:" + strings.Repeat("1", 64), "size": 7},
		"layers": []any{map[string]any{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + strings.Repeat("2", 64), "size": 100}}}
}

func aRepositoryHasItsAddress(s *service) {
	if got, err := s.URI(s.Context(), s.repository); err != nil || got != s.address || !strings.HasSuffix(got, "/"+s.repository) {
		s.Errorf("it is %s, %v; want %s", got, err, s.address)
	}
}

func anImageIsFoundByItsDigestAndTag(s *service) {
	digest := s.pushed("1.0.0", single(map[string]string{"n": "1"}))
	s.pushed("1.1.0", single(map[string]string{"n": "2"}))
	got, err := s.Find(s.Context(), s.repository, "1.0.0", digest)
	if err != nil || got.Repository != s.repository || got.Tag != "1.0.0" || got.Digest != digest || got.PushedAt.IsZero() || got.Size <= 0 {
		s.Errorf("it is %+v, %v", got, err)
	}
}

func everyTagIsListed(s *service) {
	want := map[string]string{}
	for i := range 150 {
		tag := fmt.Sprintf("1.%d.0", i)
		want[tag] = s.pushed(tag, single(map[string]string{"n": tag}))
	}
	want["latest"] = s.pushed("latest", single(map[string]string{"n": "1.7.0"}))
	got := map[string]string{}
	for i, err := range s.Tagged(s.Context(), s.repository) {
		s.must(err)
		got[i.Tag] = i.Digest
	}
	if !maps.Equal(got, want) {
		s.Errorf("%d tags are listed, want %d", len(got), len(want))
	}
}

func annotationsAreRead(s *service) {
	one := s.pushed("one", single(map[string]string{"a": "manifest", "b": "manifest"}))
	index := s.pushed("index", map[string]any{"schemaVersion": 2, "mediaType": indexType, "annotations": map[string]string{"b": "index"},
		"manifests": []any{map[string]any{"mediaType": imageType, "digest": one, "size": 400}}})
	for digest, want := range map[string]map[string]string{one: {"a": "manifest", "b": "manifest"}, index: {"a": "manifest", "b": "index"}} {
		if got, err := s.Labels(s.Context(), s.repository, digest); err != nil || !maps.Equal(got, want) {
			s.Errorf("it says %v, %v; want %v", got, err, want)
		}
	}
}

func whatIsNotThereIsNotFound(s *service) {
	none := "sha256:" + strings.Repeat("0", 64)
	for _, repository := range []string{s.repository, "nothing"} {
		_, find := s.Find(s.Context(), repository, "1.0.0", none)
		_, labels := s.Labels(s.Context(), repository, none)
		for what, err := range map[string]error{"find": find, "labels": labels} {
			if !errors.Is(err, pipeline.ErrNotFound) {
				s.Errorf("%s in %s: %v", what, repository, err)
			}
		}
	}
	if _, err := s.URI(s.Context(), "nothing"); !errors.Is(err, pipeline.ErrNotFound) {
		s.Errorf("the address of a repository that isn't there: %v", err)
	}
	for _, err := range s.Tagged(s.Context(), "nothing") {
		if !errors.Is(err, pipeline.ErrNotFound) {
			s.Errorf("the tags of a repository that isn't there: %v", err)
		}
	}
}

func configurationsHaveNoAddress(s *service) {
	manifest := single(nil)
	manifest["config"].(map[string]any)["mediaType"] = configType
	_, err := s.Labels(s.Context(), s.repository, s.pushed("1.0.0", manifest))
	if err == nil || !strings.Contains(err.Error(), "GetDownloadUrlForLayer") || !strings.Contains(err.Error(), "StatusCode: 500") {
		s.Errorf("the labels: %v", err)
	}
}

func anyDigestIsTaken(s *service) {
	out, err := s.client.PutImage(s.Context(), &ecr.PutImageInput{RepositoryName: &s.repository, ImageTag: aws.String("1.0.0"),
		ImageDigest: aws.String("sha256:" + strings.Repeat("3", 64)), ImageManifest: aws.String("{}"), ImageManifestMediaType: aws.String(imageType)})
	s.must(err)
	if got := aws.ToString(out.Image.ImageId.ImageDigest); got != "sha256:"+strings.Repeat("3", 64) {
		s.Errorf("it is %s", got)
	}
}

func everythingIsOnePage(s *service) {
	for _, tag := range []string{"1.0.0", "1.1.0"} {
		s.pushed(tag, single(map[string]string{"n": tag}))
	}
	page, err := s.client.DescribeImages(s.Context(), &ecr.DescribeImagesInput{RepositoryName: &s.repository, MaxResults: aws.Int32(1)})
	s.must(err)
	if len(page.ImageDetails) != 2 || page.NextToken != nil {
		s.Errorf("a page of one has %d", len(page.ImageDetails))
	}
}
