// Package images is ECR as the domain needs it: what is in a repository, and what
// an image says of its build.
package images

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"slipway/shared/pipeline"
)

// A Doer sends HTTP requests; [http.Client] is one.
type Doer interface {
	Do(r *http.Request) (*http.Response, error)
}

// Images reads the images of one account's registry.
type Images struct {
	client *ecr.Client
	http   Doer
}

// New returns the images that client reaches; http fetches from the addresses that
// ECR gives for an image's configuration.
func New(client *ecr.Client, http Doer) *Images { return &Images{client, http} }

// An Image is an image of a repository under one of its tags.
type Image struct {
	Repository string
	Tag        string
	Digest     string // of its manifest, or of the index of a multi-platform image
	Size       int64  // compressed, in bytes; 0 for an index, whose size ECR doesn't tell
	PushedAt   time.Time
}

// URI returns the repository's address for docker, without tag or digest. It
// returns [pipeline.ErrNotFound] when there is no such repository.
func (i *Images) URI(ctx context.Context, repository string) (string, error) {
	out, err := i.client.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{repository}})
	if err != nil {
		return "", fmt.Errorf("look up repository %s: %w", repository, translate(err))
	}
	return aws.ToString(out.Repositories[0].RepositoryUri), nil // one was asked for
}

// Find returns the image with that digest, as tagged with tag, or [pipeline.ErrNotFound].
func (i *Images) Find(ctx context.Context, repository, tag, digest string) (Image, error) {
	out, err := i.client.DescribeImages(ctx, &ecr.DescribeImagesInput{RepositoryName: &repository,
		ImageIds: []types.ImageIdentifier{{ImageDigest: &digest}}})
	if err != nil {
		return Image{}, fmt.Errorf("look up image %s@%s: %w", repository, digest, translate(err))
	}
	return image(repository, tag, out.ImageDetails[0]), nil // one was asked for
}

// Tagged yields every image of the repository once for each of its tags, in no
// particular order. The last error is [pipeline.ErrNotFound] when there is no such
// repository.
func (i *Images) Tagged(ctx context.Context, repository string) iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		pages := ecr.NewDescribeImagesPaginator(i.client, &ecr.DescribeImagesInput{RepositoryName: &repository,
			MaxResults: aws.Int32(1000), Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusTagged}})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Image{}, fmt.Errorf("list images of %s: %w", repository, translate(err)))
				return
			}
			for _, detail := range page.ImageDetails {
				for _, tag := range detail.ImageTags {
					if !yield(image(repository, tag, detail), nil) {
						return
					}
				}
			}
		}
	}
}

func image(repository, tag string, d types.ImageDetail) Image {
	return Image{Repository: repository, Tag: tag, Digest: aws.ToString(d.ImageDigest),
		Size: aws.ToInt64(d.ImageSizeInBytes), PushedAt: aws.ToTime(d.ImagePushedAt)}
}

// translate wraps the errors of ECR in those that callers tell apart.
func translate(err error) error {
	var noRepository *types.RepositoryNotFoundException
	var noImage *types.ImageNotFoundException
	if errors.As(err, &noRepository) || errors.As(err, &noImage) {
		return fmt.Errorf("%w: %w", pipeline.ErrNotFound, err)
	}
	return err
}
