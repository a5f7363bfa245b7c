package objects

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// List yields the objects of bucket whose keys start with prefix, in the order of
// their keys' bytes, a page in memory at a time. An error ends it.
func (o *Objects) List(ctx context.Context, bucket, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		pages := s3.NewListObjectsV2Paginator(o.client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Entry{}, fmt.Errorf("list s3://%s/%s: %w", bucket, prefix, translate(err)))
				return
			}
			for _, found := range page.Contents {
				entry := Entry{
					Key:          aws.ToString(found.Key),
					Size:         aws.ToInt64(found.Size),
					ETag:         unquote(found.ETag),
					LastModified: aws.ToTime(found.LastModified),
				}
				if !yield(entry, nil) {
					return
				}
			}
		}
	}
}
