package step

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/smithy-go"
)

// cleanupImages are the images of a repository.
type cleanupImages struct {
	client     *ecr.Client
	repository string
	work       Work
}

// The most that ECR takes or returns in a request, per the references of
// DescribeImages and BatchDeleteImage.
const (
	imagePage  = 1000
	imageBatch = 100
)

// list implements [cleanupStore].
func (s cleanupImages) list(ctx context.Context) ([]cleanupItem, error) {
	var all []cleanupItem
	pages := ecr.NewDescribeImagesPaginator(s.client, &ecr.DescribeImagesInput{RepositoryName: &s.repository, MaxResults: aws.Int32(imagePage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.explain(err, "list images of "+s.repository)
		}
		for _, image := range page.ImageDetails {
			all = append(all, cleanupItem{name: aws.ToString(image.ImageDigest), tags: image.ImageTags,
				size: aws.ToInt64(image.ImageSizeInBytes), at: aws.ToTime(image.ImagePushedAt)})
		}
		if len(all) > maxFound {
			return nil, permanent("TooMany", "repository %s has more than %d images; remove some by a lifecycle policy of ECR", s.repository, maxFound)
		}
	}
	return all, nil
}

// remove implements [cleanupStore]. Images with tags go first, as ECR keeps the parts
// of an image for several platforms as long as it is there.
func (s cleanupImages) remove(ctx context.Context, items []cleanupItem) (gone []cleanupItem, err error) {
	var tagged, parts []cleanupItem
	for _, item := range items {
		if len(item.tags) > 0 {
			tagged = append(tagged, item)
		} else {
			parts = append(parts, item)
		}
	}
	for _, group := range [][]cleanupItem{tagged, parts} {
		for batch := range slices.Chunk(group, imageBatch) {
			removed, err := s.removeBatch(ctx, batch)
			gone = append(gone, removed...)
			if err != nil {
				return gone, err
			}
		}
	}
	return gone, nil
}

// removeBatch removes at most [imageBatch] images, by their digests.
func (s cleanupImages) removeBatch(ctx context.Context, batch []cleanupItem) (gone []cleanupItem, err error) {
	ids := make([]types.ImageIdentifier, len(batch))
	for i, item := range batch {
		ids[i].ImageDigest = &item.name
	}
	out, err := s.client.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{RepositoryName: &s.repository, ImageIds: ids})
	if err != nil {
		return nil, s.explain(err, "remove images of "+s.repository)
	}
	stays := map[string]bool{}
	var refusals []string
	for _, f := range out.Failures {
		digest, reason := "", string(f.FailureCode)+": "+aws.ToString(f.FailureReason)
		if f.ImageId != nil {
			digest = aws.ToString(f.ImageId.ImageDigest)
		}
		switch f.FailureCode {
		case types.ImageFailureCodeImageNotFound: // somebody else has removed it
		case types.ImageFailureCodeImageReferencedByManifestList:
			stays[digest] = true
			fmt.Fprintf(s.work.Log, "kept %s, which is part of an image that stays\n", digest)
		default:
			stays[digest] = true
			refusals = append(refusals, digest+": "+reason)
		}
	}
	gone = slices.DeleteFunc(slices.Clone(batch), func(i cleanupItem) bool { return stays[i.name] })
	if len(refusals) > 0 {
		return gone, transient("RemovalFailed", "ECR keeps %d images of %s: %s", len(refusals), s.repository, cut(strings.Join(refusals, "; ")))
	}
	return gone, nil
}

// explain returns what an error of ECR says of the step.
func (s cleanupImages) explain(err error, what string) error {
	var unknown *types.RepositoryNotFoundException
	var answer smithy.APIError
	switch {
	case errors.As(err, &unknown):
		return permanent("NoSuchRepository", "there is no repository %s in environment %s; correct its name", s.repository, s.work.Environment)
	case errors.As(err, &answer) && answer.ErrorCode() == "UnknownOperationException":
		return permanent("NotSupported", "the registry of environment %s can't %s: %s", s.work.Environment, what, answer.ErrorMessage())
	}
	return callError(err, "cleanup", s.work, what)
}
