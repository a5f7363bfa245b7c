package objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// partSize is the bytes of one part of a large object, which are also the bytes that
// Put holds in memory; 10,000 parts, S3's limit, make 78 GiB.
const partSize = 8 << 20

// Put writes body, of any size up to 78 GiB, as the object of that key. Bodies longer
// than 8 MiB go up in parts; either the whole object appears or nothing. It returns
// [pipeline.ErrConflict] when o.Create is set and the key has an object.
func (o *Objects) Put(ctx context.Context, bucket, key string, body io.Reader, options Options) error {
	at := Location{Bucket: bucket, Key: key}
	first, err := io.ReadAll(io.LimitReader(body, partSize))
	switch {
	case err != nil:
	case len(first) < partSize:
		err = o.putWhole(ctx, at, first, options)
	default:
		err = o.putParts(ctx, at, first, body, options)
	}
	if err != nil {
		return fmt.Errorf("put %s: %w", at, translate(err))
	}
	return nil
}

func (o *Objects) putWhole(ctx context.Context, at Location, body []byte, options Options) error {
	_, err := o.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &at.Bucket, Key: &at.Key, Body: bytes.NewReader(body), IfNoneMatch: options.ifNoneMatch(),
		ContentType: optional(options.ContentType), CacheControl: optional(options.CacheControl), Metadata: options.Metadata,
	})
	return err
}

// putParts writes an object whose first part is in buffer and whose others come from rest.
func (o *Objects) putParts(ctx context.Context, at Location, buffer []byte, rest io.Reader, options Options) error {
	created, err := o.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &at.Bucket, Key: &at.Key, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
		ContentType: optional(options.ContentType), CacheControl: optional(options.CacheControl), Metadata: options.Metadata,
	})
	if err != nil {
		return err
	}
	parts, err := o.uploadParts(ctx, at, created.UploadId, buffer, rest)
	if err == nil {
		_, err = o.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
			Bucket: &at.Bucket, Key: &at.Key, UploadId: created.UploadId, IfNoneMatch: options.ifNoneMatch(),
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
		})
	}
	if err == nil {
		return nil
	}
	// The parts cost money until the upload is aborted, so that happens even when ctx is over.
	_, aborted := o.client.AbortMultipartUpload(context.WithoutCancel(ctx),
		&s3.AbortMultipartUploadInput{Bucket: &at.Bucket, Key: &at.Key, UploadId: created.UploadId})
	if aborted != nil {
		return errors.Join(err, fmt.Errorf("abort upload: %w", aborted))
	}
	return err
}

func (o *Objects) uploadParts(ctx context.Context, at Location, upload *string, buffer []byte, rest io.Reader) ([]types.CompletedPart, error) {
	var parts []types.CompletedPart
	for n := len(buffer); n > 0; {
		number := int32(len(parts) + 1)
		out, err := o.client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: &at.Bucket, Key: &at.Key, UploadId: upload, PartNumber: &number,
			ChecksumAlgorithm: types.ChecksumAlgorithmCrc32, Body: bytes.NewReader(buffer[:n]),
		})
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", number, err)
		}
		parts = append(parts, types.CompletedPart{PartNumber: &number, ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32})
		if n, err = io.ReadFull(rest, buffer); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, err
		}
	}
	return parts, nil
}

func (o Options) ifNoneMatch() *string {
	if !o.Create {
		return nil
	}
	return optional("*")
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
