package objects

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// PresignPut returns a URL to which, for ttl from now, anyone may PUT the object's
// body, and the headers that must go with it: the metadata is signed and can't be
// left out or changed. A ttl may be up to seven days, per the SigV4 reference.
func (o *Objects) PresignPut(ctx context.Context, bucket, key string, metadata map[string]string, ttl time.Duration) (url string, headers http.Header, err error) {
	// A checksum would be that of the empty body known when signing.
	withoutChecksum := func(options *s3.Options) {
		options.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	}
	request, err := o.presign.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Metadata: metadata},
		s3.WithPresignExpires(ttl), s3.WithPresignClientFromClientOptions(withoutChecksum))
	if err != nil {
		return "", nil, fmt.Errorf("presign put of %s: %w", Location{Bucket: bucket, Key: key}, err)
	}
	headers = request.SignedHeader.Clone()
	headers.Del("Host") // the client's own affair
	return request.URL, headers, nil
}
