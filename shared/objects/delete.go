package objects

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// deleteBatch is the most keys that S3 takes in one request, per the DeleteObjects reference.
const deleteBatch = 1000

// Delete removes the objects of those keys; a key without an object is no error. It
// goes on after a key that S3 refuses and returns all such refusals joined.
func (o *Objects) Delete(ctx context.Context, bucket string, keys ...string) error {
	var refused []error
	for batch := range slices.Chunk(keys, deleteBatch) {
		ids := make([]types.ObjectIdentifier, len(batch))
		for i, key := range batch {
			ids[i].Key = &key
		}
		out, err := o.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &bucket, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)},
		})
		if err != nil {
			return errors.Join(append(refused, fmt.Errorf("delete %d objects of s3://%s: %w", len(batch), bucket, translate(err)))...)
		}
		for _, e := range out.Errors {
			refused = append(refused, refusal(bucket, e))
		}
	}
	return errors.Join(refused...)
}

func refusal(bucket string, e types.Error) error {
	at := Location{Bucket: bucket, Key: aws.ToString(e.Key)}
	code, message := aws.ToString(e.Code), aws.ToString(e.Message)
	if sentinel := sentinelOf(code); sentinel != nil {
		return fmt.Errorf("delete %s: %s: %s: %w", at, code, message, sentinel)
	}
	return fmt.Errorf("delete %s: %s: %s", at, code, message)
}
