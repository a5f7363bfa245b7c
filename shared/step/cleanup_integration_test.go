//go:build integration

package step_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"slipway/scripts/integration"
)

func TestIntegrationCleanup(t *testing.T) {
	integration.Suite{
		Subject: "cleanup",
		Holds: []integration.Claim{
			{Says: "objects by age and count", Hold: emulated(posted(objectsAreCleanedUp))},
			{Says: "more objects than a page", Hold: emulated(posted(manyObjectsAreCleanedUp))},
			{Says: "images by count and tag", Hold: emulated(posted(imagesAreCleanedUp))},
			{Says: "what is not there", Hold: emulated(posted(whatIsNotThereIsNotCleanedUp))},
		},
		Gaps: []integration.Claim{
			{Says: "BatchDeleteImage removes an image that a manifest list refers to.", Hold: emulated(posted(partsOfImagesAreRemoved))},
		},
	}.Run(t)
}

// left returns the keys of this test's objects that are there, without its folder.
func (o *outpost) left() string {
	o.t.Helper()
	var keys []string
	for entry, err := range o.objects.List(o.t.Context(), "site", o.folder) {
		o.must(err)
		keys = append(keys, strings.TrimPrefix(entry.Key, o.folder))
	}
	return strings.Join(keys, " ")
}

func objectsAreCleanedUp(o *outpost) {
	for _, name := range []string{"a.gz", "b.gz", "c.txt"} {
		o.put("site", o.folder+name, "12345")
	}
	place := `{"bucket":"site","prefix":"` + o.folder + `"`
	outcome, failure := o.run("cleanup", place+`,"older-than":"1d"}`)
	if failure != nil || outcome.Outputs["found"] != "3" || outcome.Outputs["removed"] != "0" {
		o.t.Errorf("of young objects it comes to %+v, %v", outcome, failure)
	}
	o.now = o.now.AddDate(0, 0, 2)
	outcome, failure = o.run("cleanup", place+`,"older-than":"1d","match":"*.gz","dry-run":true}`)
	if failure != nil || outcome.Outputs["due"] != "2" || outcome.Outputs["bytes"] != "10" || o.left() != "a.gz b.gz c.txt" {
		o.t.Errorf("dry, it comes to %+v, %v, and leaves %s", outcome, failure, o.left())
	}
	outcome, failure = o.run("cleanup", place+`,"older-than":"1d","match":"*.gz"}`)
	if failure != nil || outcome.Outputs["removed"] != "2" || o.left() != "c.txt" {
		o.t.Errorf("it comes to %+v, %v, and leaves %s", outcome, failure, o.left())
	}
}

func manyObjectsAreCleanedUp(o *outpost) {
	const many = 1100
	for i := range many {
		o.put("site", o.folder+strings.Repeat("x", i%500+1)+string(rune('a'+i/500)), "")
	}
	outcome, failure := o.run("cleanup", `{"bucket":"site","prefix":"`+o.folder+`","keep":7}`)
	if failure != nil || outcome.Outputs["found"] != "1100" || outcome.Outputs["removed"] != "1093" || len(strings.Fields(o.left())) != 7 {
		o.t.Errorf("it comes to %+v, %v", outcome, failure)
	}
}

// image pushes an image whose manifest is that text, and returns its digest.
func (o *outpost) image(repository, manifest, mediaType string, tags ...string) string {
	o.t.Helper()
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))
	for _, tag := range append(tags, "")[:max(len(tags), 1)] {
		in := &ecr.PutImageInput{RepositoryName: &repository, ImageManifest: &manifest, ImageManifestMediaType: &mediaType, ImageDigest: &digest}
		if tag != "" {
			in.ImageTag = &tag
		}
		_, err := ecr.NewFromConfig(o.aws).PutImage(o.t.Context(), in)
		o.must(err)
	}
	return digest
}

const imageType = "application/vnd.oci.image.manifest.v1+json"

// manifest returns that of an image which differs from others by its name.
func manifest(name string) string {
	return `{"schemaVersion":2,"mediaType":"` + imageType + `","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:` +
		strings.Repeat("0", 64) + `"},"layers":[],"annotations":{"name":"` + name + `"}}`
}

func (o *outpost) repository() string {
	o.t.Helper()
	name := "cleanup/" + o.execution()
	_, err := ecr.NewFromConfig(o.aws).CreateRepository(o.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &name})
	o.must(err)
	return name
}

// digests returns how many images a repository has.
func (o *outpost) digests(repository string) int {
	o.t.Helper()
	out, err := ecr.NewFromConfig(o.aws).DescribeImages(o.t.Context(), &ecr.DescribeImagesInput{RepositoryName: &repository})
	o.must(err)
	return len(out.ImageDetails)
}

func imagesAreCleanedUp(o *outpost) {
	repository := o.repository()
	for _, tag := range []string{"1.0.0", "1.1.0", "pr-7", "pr-8"} {
		o.image(repository, manifest(tag), imageType, tag)
	}
	o.image(repository, manifest("both"), imageType, "pr-9", "stable")
	o.now = o.now.AddDate(0, 0, 2)
	with := `{"repository":"` + repository + `","keep":1,"match":"pr-*","older-than":"1d","protect":["stable"]}`
	outcome, failure := o.run("cleanup", with)
	if failure != nil || outcome.Outputs["found"] != "3" || outcome.Outputs["removed"] != "1" || o.digests(repository) != 4 {
		o.t.Errorf("it comes to %+v, %v, and leaves %d", outcome, failure, o.digests(repository))
	}
	if outcome, failure = o.run("cleanup", with); failure != nil || outcome.Outputs["due"] != "0" {
		o.t.Errorf("again it comes to %+v, %v", outcome, failure)
	}
}

func whatIsNotThereIsNotCleanedUp(o *outpost) {
	if _, failure := o.run("cleanup", `{"bucket":"no-such-bucket-here","prefix":"a","keep":1}`); failure == nil || failure.Name != "NoSuchBucket" {
		o.t.Errorf("without its bucket it comes to %v", failure)
	}
	if _, failure := o.run("cleanup", `{"repository":"no/such","keep":1}`); failure == nil || failure.Name != "NoSuchRepository" {
		o.t.Errorf("without its repository it comes to %v", failure)
	}
}

func partsOfImagesAreRemoved(o *outpost) {
	repository := o.repository()
	part := o.image(repository, manifest("part"), imageType)
	const listType = "application/vnd.oci.image.index.v1+json"
	o.image(repository, `{"schemaVersion":2,"mediaType":"`+listType+`","manifests":[{"mediaType":"`+imageType+`","size":2,"digest":"`+part+`","platform":{"architecture":"arm64","os":"linux"}}]}`, listType, "1.0.0")
	before := o.digests(repository)
	o.now = o.now.AddDate(0, 0, 2)
	_, failure := o.run("cleanup", `{"repository":"`+repository+`","keep":1,"older-than":"1d"}`)
	if failure != nil || o.digests(repository) != before-1 {
		o.t.Errorf("it comes to %v and leaves %d of %d", failure, o.digests(repository), before)
	}
}
