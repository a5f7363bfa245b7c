package registry

import (
	"iter"
	"slices"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// imageDetail is the ImageDetail of the API reference, as far as an image here has it.
type imageDetail struct {
	RegistryID     string       `json:"registryId"`
	RepositoryName string       `json:"repositoryName"`
	Digest         string       `json:"imageDigest"`
	Tags           []string     `json:"imageTags,omitempty"`
	Size           int64        `json:"imageSizeInBytes"`
	PushedAt       awsjson.Time `json:"imagePushedAt"`
	MediaType      string       `json:"imageManifestMediaType"`
	ArtifactType   string       `json:"artifactMediaType,omitempty"`
}

func (e *Engine) describeImage(tx store.Tx, repository string, i *image) imageDetail {
	return imageDetail{
		RegistryID: e.Account, RepositoryName: repository, Digest: i.Digest.String(), Tags: tagsOf(tx, repository, i.Digest.String()),
		Size: i.Size, PushedAt: awsjson.Time(i.Pushed), MediaType: string(i.MediaType), ArtifactType: i.ArtifactType,
	}
}

// An imageFilter is the DescribeImagesFilter and the ListImagesFilter of the API reference.
type imageFilter struct {
	TagStatus string `json:"tagStatus"`
}

func (f imageFilter) check() error {
	if !slices.Contains([]string{"", "ANY", "TAGGED", "UNTAGGED"}, f.TagStatus) {
		return invalidParameter("Invalid parameter at 'filter.tagStatus' failed to satisfy constraint: 'must be one of TAGGED, UNTAGGED, ANY'")
	}
	return nil
}

func (f imageFilter) matches(d imageDetail) bool {
	return f.TagStatus == "" || f.TagStatus == "ANY" || (f.TagStatus == "TAGGED") == (len(d.Tags) > 0)
}

type describeImagesInput struct {
	address
	paging
	ImageIDs []imageID   `json:"imageIds"`
	Filter   imageFilter `json:"filter"`
}

type describeImagesOutput struct {
	ImageDetails []imageDetail `json:"imageDetails"`
	NextToken    string        `json:"nextToken,omitempty"`
}

// describeImages describes the images asked for, or all, page by page in the order of their digests.
func (e *Engine) describeImages(in describeImagesInput) (any, error) {
	size, after, err := in.read()
	if err == nil {
		err = in.Filter.check()
	}
	switch {
	case err != nil:
		return nil, err
	case len(in.ImageIDs) > maxNames:
		return nil, invalidParameter("Invalid parameter at 'imageIds' failed to satisfy constraint: 'must have at most %d members'", maxNames)
	case in.ImageIDs != nil && (in.isSet() || in.Filter.TagStatus != ""):
		return nil, invalidParameter("Invalid request: maxResults, nextToken and filter can not be used with imageIds")
	}
	var out describeImagesOutput
	err = e.Store.View(func(tx store.Tx) error {
		r, err := e.find(tx, in.address)
		switch {
		case err != nil:
			return err
		case in.ImageIDs != nil:
			out.ImageDetails, err = e.describeNamed(tx, r.Name, in.ImageIDs)
			return err
		}
		out.ImageDetails, out.NextToken = page(e.images(tx, r.Name, after, in.Filter, &err), size, after)
		return err
	})
	return out, err
}

// describeNamed describes each of the images once, and returns ImageNotFoundException when one is not there.
func (e *Engine) describeNamed(tx store.Tx, repository string, ids []imageID) ([]imageDetail, error) {
	details := []imageDetail{}
	for _, id := range ids {
		found, failure, err := id.find(tx, repository)
		switch {
		case err != nil:
			return nil, err
		case failure != nil && failure.Code != "ImageNotFound" && failure.Code != "ImageTagDoesNotMatchDigest":
			return nil, invalidParameter("%s", failure.Reason)
		case failure != nil:
			return nil, awsjson.Errorf("ImageNotFoundException",
				"The image with imageId %s does not exist within the repository with name '%s' in the registry with id '%s'", id, repository, e.Account)
		}
		d := e.describeImage(tx, repository, found)
		if !slices.ContainsFunc(details, func(other imageDetail) bool { return other.Digest == d.Digest }) {
			details = append(details, d)
		}
	}
	return details, nil
}

// images yields the images that f matches, from the given digest on. It ends early when it sets err.
func (e *Engine) images(tx store.Tx, repository, from string, f imageFilter, err *error) iter.Seq2[string, imageDetail] {
	return func(yield func(string, imageDetail) bool) {
		for digest, value := range under(tx, imageTable, from, repository) {
			var i *image
			if i, *err = store.ParseJSON[image](imageTable, value); *err != nil {
				return
			}
			if d := e.describeImage(tx, repository, i); f.matches(d) && !yield(digest, d) {
				return
			}
		}
	}
}
