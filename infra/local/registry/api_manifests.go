package registry

import (
	"iter"
	"slices"
	"strings"

	"slipway/infra/local/store"
)

type listImagesInput struct {
	address
	paging
	Filter imageFilter `json:"filter"`
}

type listImagesOutput struct {
	ImageIDs  []imageID `json:"imageIds"`
	NextToken string    `json:"nextToken,omitempty"`
}

// listImages lists an image once for each of its tags, or once without a tag.
func (e *Engine) listImages(in listImagesInput) (any, error) {
	size, after, err := in.read()
	if err == nil {
		err = in.Filter.check()
	}
	if err != nil {
		return nil, err
	}
	var out listImagesOutput
	err = e.Store.View(func(tx store.Tx) error {
		r, err := e.find(tx, in.address)
		if err != nil {
			return err
		}
		digest, _, _ := strings.Cut(after, " ")
		out.ImageIDs, out.NextToken = page(imageIDs(e.images(tx, r.Name, digest, in.Filter, &err)), size, after)
		return err
	})
	return out, err
}

// imageIDs yields the ids of the images with names that have their order.
func imageIDs(images iter.Seq2[string, imageDetail]) iter.Seq2[string, imageID] {
	return func(yield func(string, imageID) bool) {
		for digest, d := range images {
			tags := d.Tags
			if len(tags) == 0 {
				tags = []string{""}
			}
			for _, tag := range tags {
				if !yield(digest+" "+tag, imageID{Digest: digest, Tag: tag}) {
					return
				}
			}
		}
	}
}

type batchGetImageInput struct {
	address
	ImageIDs           []imageID `json:"imageIds"`
	AcceptedMediaTypes []string  `json:"acceptedMediaTypes"`
}

type batchGetImageOutput struct {
	Images   []imageJSON    `json:"images"`
	Failures []imageFailure `json:"failures"`
}

// imageJSON is the Image of the API reference.
type imageJSON struct {
	RegistryID     string  `json:"registryId"`
	RepositoryName string  `json:"repositoryName"`
	ID             imageID `json:"imageId"`
	Manifest       string  `json:"imageManifest"`
	MediaType      string  `json:"imageManifestMediaType"`
}

// batchGetImage returns manifests as they were pushed. An image whose media type is
// not accepted is not found: none is made into another form.
func (e *Engine) batchGetImage(in batchGetImageInput) (any, error) {
	if len(in.ImageIDs) < 1 || len(in.ImageIDs) > maxNames {
		return nil, invalidParameter("Invalid parameter at 'imageIds' failed to satisfy constraint: 'must have 1 to %d members'", maxNames)
	}
	out := batchGetImageOutput{Images: []imageJSON{}, Failures: []imageFailure{}}
	err := e.Store.View(func(tx store.Tx) error {
		r, err := e.find(tx, in.address)
		if err != nil {
			return err
		}
		for _, id := range in.ImageIDs {
			found, failure, err := id.find(tx, r.Name)
			switch {
			case err != nil:
				return err
			case failure == nil && in.AcceptedMediaTypes != nil && !slices.Contains(in.AcceptedMediaTypes, string(found.MediaType)):
				failure = id.notFound()
			}
			if failure != nil {
				out.Failures = append(out.Failures, *failure)
				continue
			}
			id.Digest = found.Digest.String()
			out.Images = append(out.Images, imageJSON{RegistryID: e.Account, RepositoryName: r.Name, ID: id,
				Manifest: string(tx.Get(manifestTable, key(r.Name, id.Digest))), MediaType: string(found.MediaType)})
		}
		return nil
	})
	return out, err
}
