package objects

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Stat returns what S3 knows of the object at l. It returns [pipeline.ErrNotFound]
// when there is none, or only a delete marker.
func (o *Objects) Stat(ctx context.Context, l Location) (Info, error) {
	out, err := o.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &l.Bucket, Key: &l.Key, VersionId: l.version()})
	if err != nil {
		return Info{}, fmt.Errorf("stat %s: %w", l, translate(err))
	}
	info := Info{
		Size:         aws.ToInt64(out.ContentLength),
		VersionID:    aws.ToString(out.VersionId),
		ETag:         unquote(out.ETag),
		ContentType:  aws.ToString(out.ContentType),
		Metadata:     make(map[string]string, len(out.Metadata)),
		LastModified: aws.ToTime(out.LastModified),
	}
	for name, value := range out.Metadata {
		info.Metadata[strings.ToLower(name)] = value
	}
	return info, nil
}

func unquote(etag *string) string { return strings.Trim(aws.ToString(etag), `"`) }
