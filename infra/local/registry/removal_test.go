package registry_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// client returns the SDK's client of the rig's engine.
func (r *rig) client() *ecr.Client {
	return ecr.New(ecr.Options{Region: "us-east-1", BaseEndpoint: aws.String("http://" + host),
		Credentials: credentials.NewStaticCredentialsProvider("ci", "secret", ""), HTTPClient: r})
}

// Do lets the rig be the client's HTTP client.
func (r *rig) Do(request *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	r.API().ServeHTTP(answer, request)
	return answer.Result(), nil
}

// removed asks for the removal of images of a repository, each named by a tag, a digest,
// or "digest tag", and returns what is gone and what failed.
func (r *rig) removed(repository string, ids ...string) (gone, failed []string) {
	r.t.Helper()
	in := &ecr.BatchDeleteImageInput{RepositoryName: &repository}
	for _, text := range ids {
		var id types.ImageIdentifier
		for word := range strings.FieldsSeq(text) {
			if strings.Contains(word, ":") {
				id.ImageDigest = aws.String(word)
			} else {
				id.ImageTag = aws.String(word)
			}
		}
		in.ImageIds = append(in.ImageIds, id)
	}
	out, err := r.client().BatchDeleteImage(context.Background(), in)
	r.must(err)
	for _, id := range out.ImageIds {
		gone = append(gone, strings.TrimSpace(aws.ToString(id.ImageDigest)+" "+aws.ToString(id.ImageTag)))
	}
	for _, f := range out.Failures {
		failed = append(failed, fmt.Sprintf("%s: %s", f.FailureCode, aws.ToString(f.FailureReason)))
	}
	return gone, failed
}

// wants asserts what an answer has.
func (r *rig) wants(what string, got []string, want ...string) {
	r.t.Helper()
	if !slices.Equal(got, want) {
		r.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// names returns "digest tag" of all that is listed of "web", sorted.
func (r *rig) names() (all []string) {
	r.t.Helper()
	for _, id := range r.listed("ANY") {
		all = append(all, strings.TrimSpace(id.ImageDigest+" "+id.ImageTag))
	}
	return all
}

func TestATagIsRemovedAndTheLastTakesItsImageAlong(t *testing.T) {
	r := newRig(t)
	i := r.newImage(nil)
	for _, tag := range []string{"1.0.0", "latest", "stable"} {
		r.pushed("web", tag, i)
	}
	for _, id := range []string{"latest", i.digest() + " stable"} {
		gone, failed := r.removed("web", id)
		r.wants("gone", gone, i.digest()+" "+id[strings.LastIndex(id, " ")+1:])
		r.wants("failed", failed)
	}
	r.wants("listed", r.names(), i.digest()+" 1.0.0")
	r.pulled("web", "1.0.0", i)
	r.hasPrefix(r.refused(r.send("GET", "/v2/web/manifests/latest", "")), "404 MANIFEST_UNKNOWN")
	gone, _ := r.removed("web", "1.0.0")
	r.wants("gone", gone, i.digest()+" 1.0.0")
	r.wants("listed", r.names())
	r.hasPrefix(r.refused(r.send("GET", "/v2/web/manifests/"+i.digest(), "")), "404 MANIFEST_UNKNOWN")
}

func TestADigestIsRemovedWithAllItsTags(t *testing.T) {
	r := newRig(t)
	i, other, untagged := r.newImage(nil), r.newImage(nil), r.newImage(nil)
	r.pushed("web", "1.0.0", i)
	r.pushed("web", "latest", i)
	r.pushed("web", "2.0.0", other)
	r.pushed("web", untagged.digest(), untagged)
	gone, failed := r.removed("web", i.digest(), untagged.digest(), i.digest())
	r.wants("gone", gone, i.digest()+" 1.0.0", i.digest()+" latest", untagged.digest())
	r.wants("failed", failed, "ImageNotFound: Requested image not found")
	r.wants("listed", r.names(), other.digest()+" 2.0.0")
	r.wants("described", r.described("ANY"), other.digest())
	r.pulled("web", "2.0.0", other)
}

func TestWhatIsRemovedCanBePushedAgain(t *testing.T) {
	r := newFileRig(t)
	i, other := r.newImage(nil), r.newImage(nil)
	r.pushed("storefront/api", "1.0.0", i)
	r.removed("storefront/api", "1.0.0")
	r.start()
	r.pushed("storefront/api", "1.0.0", other)
	r.pushed("storefront/api", "1.0.1", i)
	r.pulled("storefront/api", "1.0.0", other)
	r.pulled("storefront/api", "1.0.1", i)
}

func TestAPartOfAnIndexStaysAsLongAsTheIndex(t *testing.T) {
	r := newRig(t)
	arm, intel := r.newImage(nil), r.newImage(nil)
	r.pushed("web", "arm", arm)
	r.pushed("web", intel.digest(), intel)
	index := r.pushed("web", "1.0.0", r.newIndex(arm, intel))
	refusal := "ImageReferencedByManifestList: Requested image referenced by manifest list: [" + index.digest() + "]"
	gone, failed := r.removed("web", arm.digest(), "arm", intel.digest())
	r.wants("gone", gone)
	r.wants("failed", failed, refusal, refusal, refusal)
	r.pulled("web", "1.0.0", index)
	r.pulled("web", "arm", arm)
	gone, failed = r.removed("web", "1.0.0", "arm", intel.digest())
	r.wants("gone", gone, index.digest()+" 1.0.0", arm.digest()+" arm", intel.digest())
	r.wants("failed", failed)
	r.wants("listed", r.names())
}

func TestWhatRefersToAnImageIsForgottenWithItself(t *testing.T) {
	r := newRig(t)
	subject := r.pushed("web", "1.0.0", r.newImage(nil))
	signature := r.newImage(descriptor{"subject": describe(subject.mediaType, subject.manifest)})
	r.pushed("web", signature.digest(), signature)
	target := "/v2/web/referrers/" + subject.digest()
	if answer := r.send("GET", target, ""); !strings.Contains(answer.Body.String(), signature.digest()) {
		t.Fatalf("referrers are %s", answer.Body)
	}
	r.removed("web", signature.digest())
	if answer := r.send("GET", target, ""); strings.Contains(answer.Body.String(), signature.digest()) {
		t.Errorf("referrers are %s", answer.Body)
	}
}

func TestARemovalThatIsRefusedSaysWhy(t *testing.T) {
	r := newRig(t)
	i := r.pushed("web", "1.0.0", r.newImage(nil))
	gone, failed := r.removed("web", "2.0.0", sha("other"), sha("other")+" 1.0.0", "-", "x:-", "")
	r.wants("gone", gone)
	var codes []string
	for _, f := range failed {
		code, _, _ := strings.Cut(f, ":")
		codes = append(codes, code)
	}
	r.wants("failed", codes, "ImageNotFound", "ImageNotFound", "ImageTagDoesNotMatchDigest", "InvalidImageTag", "InvalidImageDigest", "MissingDigestAndTag")
	r.pulled("web", "1.0.0", i)
	for request, want := range map[string]string{
		`{"repositoryName":"web","imageIds":[]}`:                              "InvalidParameterException: Invalid parameter at 'imageIds'",
		`{"repositoryName":"shop","imageIds":[{"imageTag":"1"}]}`:             "RepositoryNotFoundException",
		`{"repositoryName":"web","imageIds":[{"imageTag":"1"}],"force":true}`: `InvalidParameterException: Invalid request: unknown field "force"`,
	} {
		r.hasPrefix(r.call("", "BatchDeleteImage", request, new(any)), want)
	}
}
