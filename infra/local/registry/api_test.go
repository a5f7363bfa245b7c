package registry_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

type imageID struct{ ImageDigest, ImageTag string }

type imageDetail struct {
	RegistryID, RepositoryName, ImageDigest   string
	ImageTags                                 []string
	ImageSizeInBytes                          int64
	ImagePushedAt                             float64
	ImageManifestMediaType, ArtifactMediaType string
}

func TestATokenNamesTheCallerOfPushes(t *testing.T) {
	r := newRig(t)
	for caller, want := range map[string]string{"ci1": "AWS:ci1", "": "AWS:anonymous"} {
		var out struct {
			AuthorizationData []struct {
				AuthorizationToken, ProxyEndpoint string
				ExpiresAt                         float64
			}
		}
		r.hasPrefix(r.call(caller, "GetAuthorizationToken", `{"registryIds":["000000000000"]}`, &out), "")
		data := out.AuthorizationData[0]
		token, err := base64.StdEncoding.DecodeString(data.AuthorizationToken)
		r.must(err)
		if string(token) != want || data.ProxyEndpoint != "http://"+host || data.ExpiresAt != float64(epoch.Add(12*time.Hour).Unix()) {
			t.Errorf("%q: %s %+v", caller, token, data)
		}
	}
}

func TestRepositoriesAreDescribed(t *testing.T) {
	r := newRig(t)
	type repository struct {
		RepositoryARN, RepositoryName, RepositoryURI, ImageTagMutability string
		CreatedAt                                                        float64
	}
	web := repository{"arn:aws:ecr:us-east-1:000000000000:repository/web", "web", host + "/web", "MUTABLE", float64(epoch.Unix())}
	api := repository{"arn:aws:ecr:us-east-1:000000000000:repository/storefront/api", "storefront/api", host + "/storefront/api", "IMMUTABLE", web.CreatedAt}
	for request, want := range map[string][]repository{
		`{}`:               {api, web},
		`{"maxResults":1}`: {api},
		`{"repositoryNames":["web"],"registryId":"000000000000"}`: {web},
	} {
		var out struct {
			Repositories []repository
			NextToken    string
		}
		r.hasPrefix(r.call("", "DescribeRepositories", request, &out), "")
		if !slices.Equal(out.Repositories, want) {
			t.Errorf("%s: %+v", request, out.Repositories)
		}
		if request == `{"maxResults":1}` {
			r.hasPrefix(r.call("", "DescribeRepositories", fmt.Sprintf(`{"maxResults":1,"nextToken":%q}`, out.NextToken), &out), "")
			if !slices.Equal(out.Repositories, []repository{web}) {
				t.Errorf("the second page: %+v", out.Repositories)
			}
		}
	}
}

func TestImagesAreDescribed(t *testing.T) {
	r := newRig(t)
	i := r.pushed("web", "1.0.0", r.newImage(nil))
	r.clock.RunUntil(epoch.Add(time.Hour))
	r.pushed("web", "latest", i)
	for _, ids := range []string{`[{"imageTag":"latest"}]`, `[{"imageDigest":"` + i.digest() + `"},{"imageTag":"1.0.0"}]`} {
		var out struct{ ImageDetails []imageDetail }
		r.hasPrefix(r.call("", "DescribeImages", `{"repositoryName":"web","imageIds":`+ids+`}`, &out), "")
		want := imageDetail{RegistryID: "000000000000", RepositoryName: "web", ImageDigest: i.digest(), ImageTags: []string{"1.0.0", "latest"},
			ImageSizeInBytes: int64(len(strings.Join(i.blobs, ""))), ImagePushedAt: float64(epoch.Unix()),
			ImageManifestMediaType: string(types.OCIManifestSchema1), ArtifactMediaType: string(types.OCIConfigJSON)}
		if len(out.ImageDetails) != 1 || fmt.Sprint(out.ImageDetails[0]) != fmt.Sprint(want) {
			t.Errorf("%s: %+v\nwant %+v", ids, out.ImageDetails, want)
		}
	}
}

func TestImagesAreListedPageByPage(t *testing.T) {
	r := newRig(t)
	var tagged, all []string
	for n := range 5 {
		i := r.newImage(nil)
		all = append(all, i.digest())
		if r.pushed("web", i.digest(), i); n == 0 {
			continue
		}
		tagged = append(tagged, i.digest())
		for _, tag := range []string{"a", "b", "c"} {
			r.pushed("web", fmt.Sprint(tag, n), i)
		}
	}
	slices.Sort(tagged)
	slices.Sort(all)
	for filter, want := range map[string][]string{"TAGGED": tagged, "ANY": all, "UNTAGGED": {}} {
		if filter == "UNTAGGED" {
			want = slices.DeleteFunc(slices.Clone(all), func(d string) bool { return slices.Contains(tagged, d) })
		}
		if got := r.described(filter); !slices.Equal(got, want) {
			t.Errorf("described %s: %q\nwant %q", filter, got, want)
		}
		listed := r.listed(filter)
		names := map[string]int{}
		for _, id := range listed {
			names[id.ImageDigest+id.ImageTag]++
		}
		if want := map[string]int{"TAGGED": 12, "ANY": 13, "UNTAGGED": 1}[filter]; len(listed) != want || len(names) != want {
			t.Errorf("listed %s: %v, want %d different ids", filter, listed, want)
		}
	}
}

// described returns the digests of all images of "web" that the filter takes, two a page.
func (r *rig) described(filter string) []string {
	r.t.Helper()
	digests, token := []string{}, ""
	for {
		var out struct {
			ImageDetails []imageDetail
			NextToken    string
		}
		r.hasPrefix(r.call("", "DescribeImages", fmt.Sprintf(`{"repositoryName":"web","maxResults":2,"nextToken":%q,"filter":{"tagStatus":%q}}`, token, filter), &out), "")
		for _, d := range out.ImageDetails {
			digests = append(digests, d.ImageDigest)
		}
		if token = out.NextToken; token == "" {
			return digests
		}
	}
}

// listed returns the ids of all images of "web" that the filter takes, two a page.
func (r *rig) listed(filter string) []imageID {
	r.t.Helper()
	var ids []imageID
	token := ""
	for {
		var out struct {
			ImageIDs  []imageID
			NextToken string
		}
		r.hasPrefix(r.call("", "ListImages", fmt.Sprintf(`{"repositoryName":"web","maxResults":2,"nextToken":%q,"filter":{"tagStatus":%q}}`, token, filter), &out), "")
		ids = append(ids, out.ImageIDs...)
		if token = out.NextToken; token == "" {
			return ids
		}
	}
}

func TestManifestsAreReadInABatch(t *testing.T) {
	r := newRig(t)
	i, other := r.pushed("web", "1.0.0", r.newImage(nil)), r.newImage(nil)
	r.pushed("web", "2.0.0", other)
	var out struct {
		Images []struct {
			ImageID                               imageID
			ImageManifest, ImageManifestMediaType string
		}
		Failures []struct {
			ImageID                    imageID
			FailureCode, FailureReason string
		}
	}
	for id, want := range map[string]string{
		`"imageTag":"1.0.0"`:                                    "",
		`"imageDigest":"` + i.digest() + `"`:                    "",
		`"imageTag":"1.0.0","imageDigest":"` + i.digest() + `"`: "",
		`"imageTag":"2.0.0","imageDigest":"` + i.digest() + `"`: "ImageTagDoesNotMatchDigest",
		`"imageTag":"3.0.0"`:                                    "ImageNotFound",
		`"imageDigest":"` + sha("other") + `"`:                  "ImageNotFound",
		`"imageTag":"-"`:                                        "InvalidImageTag",
		`"imageDigest":"-"`:                                     "InvalidImageDigest",
		``:                                                      "MissingDigestAndTag",
	} {
		out.Images, out.Failures = nil, nil
		r.hasPrefix(r.call("", "BatchGetImage", `{"repositoryName":"web","imageIds":[{`+id+`}]}`, &out), "")
		switch {
		case want == "" && (len(out.Images) != 1 || out.Images[0].ImageManifest != i.manifest || out.Images[0].ImageID.ImageDigest != i.digest() || len(out.Failures) > 0),
			want != "" && (len(out.Failures) != 1 || out.Failures[0].FailureCode != want || len(out.Images) > 0):
			t.Errorf("%s: %+v, want %q", id, out, want)
		}
	}
	r.hasPrefix(r.call("", "BatchGetImage", `{"repositoryName":"web","imageIds":[{"imageTag":"1.0.0"}],"acceptedMediaTypes":["application/json"]}`, &out), "")
	if len(out.Failures) != 1 || out.Failures[0].FailureCode != "ImageNotFound" {
		t.Errorf("of a type that is not accepted: %+v", out)
	}
}

func TestRequestsOfTheAPIAreRefusedByName(t *testing.T) {
	r := newRig(t)
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"imageTag":"1"},`, 101), ",") + "]"
	names := "[" + strings.TrimSuffix(strings.Repeat(`"web",`, 101), ",") + "]"
	for request, want := range map[string]string{
		`PutImage {}`: `UnknownOperationException: The operation "PutImage" is not supported`,
		`DescribeImages {"repositoryName":"shop"}`:                 "RepositoryNotFoundException: The repository with name 'shop' does not exist in the registry with id '000000000000'",
		`DescribeImages {"repositoryName":"web","registryId":"1"}`: "RepositoryNotFoundException: The repository with name 'web' does not exist in the registry with id '1'",
		`DescribeImages {}`: "InvalidParameterException: Invalid parameter at 'repositoryName'",
		`DescribeImages {"repositoryName":"web","sort":1}`: `InvalidParameterException: Invalid request: unknown field "sort"`,
		`DescribeImages {"repositoryName":"web","imageIds":[{"imageTag":"1.0.0"}]}`: "ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'1.0.0'} " +
			"does not exist within the repository with name 'web' in the registry with id '000000000000'",
		`DescribeImages {"repositoryName":"web","imageIds":[{}]}`:                              "InvalidParameterException: Invalid request parameters: both tag and digest cannot be null",
		`DescribeImages {"repositoryName":"web","imageIds":[{"imageTag":"1"}],"maxResults":1}`: "InvalidParameterException: Invalid request: maxResults, nextToken and filter can not be used with imageIds",
		`DescribeImages {"repositoryName":"web","imageIds":` + many + `}`:                      "InvalidParameterException: Invalid parameter at 'imageIds'",
		`DescribeImages {"repositoryName":"web","maxResults":0}`:                               "InvalidParameterException: Invalid parameter at 'maxResults'",
		`DescribeImages {"repositoryName":"web","maxResults":1001}`:                            "InvalidParameterException: Invalid parameter at 'maxResults'",
		`DescribeImages {"repositoryName":"web","nextToken":"!"}`:                              "InvalidParameterException: Invalid parameter at 'nextToken'",
		`DescribeImages {"repositoryName":"web","filter":{"tagStatus":"OLD"}}`:                 "InvalidParameterException: Invalid parameter at 'filter.tagStatus'",
		`ListImages {"repositoryName":"web","filter":{"tagStatus":"OLD"}}`:                     "InvalidParameterException: Invalid parameter at 'filter.tagStatus'",
		`ListImages {"repositoryName":"shop"}`:                                                 "RepositoryNotFoundException",
		`BatchGetImage {"repositoryName":"web","imageIds":[]}`:                                 "InvalidParameterException: Invalid parameter at 'imageIds'",
		`BatchGetImage {"repositoryName":"shop","imageIds":[{}]}`:                              "RepositoryNotFoundException",
		`DescribeRepositories {"repositoryNames":["shop"]}`:                                    "RepositoryNotFoundException",
		`DescribeRepositories {"repositoryNames":["web"],"maxResults":1}`:                      "InvalidParameterException: Invalid request",
		`DescribeRepositories {"repositoryNames":` + names + `}`:                               "InvalidParameterException: Invalid parameter at 'repositoryNames'",
		`DescribeRepositories {"registryId":"1"}`:                                              "InvalidParameterException: Invalid parameter at 'registryId'",
		`DescribeRepositories {"maxResults":-1}`:                                               "InvalidParameterException: Invalid parameter at 'maxResults'",
		`GetAuthorizationToken {"registryIds":["1"]}`:                                          "InvalidParameterException: Invalid parameter at 'registryIds'",
	} {
		operation, body, _ := strings.Cut(request, " ")
		r.hasPrefix(r.call("", operation, body, new(any)), want)
	}
}

func TestTheAnswersNameTheRegistryAndTheRegion(t *testing.T) {
	r := newRig(t)
	r.config.Account, r.config.Region = "111122223333", "eu-central-1"
	r.start()
	var out struct {
		Repositories []struct{ RepositoryARN string }
	}
	r.hasPrefix(r.call("", "DescribeRepositories", `{"repositoryNames":["web"]}`, &out), "")
	if got := out.Repositories[0].RepositoryARN; got != "arn:aws:ecr:eu-central-1:111122223333:repository/web" {
		t.Error(got)
	}
}
