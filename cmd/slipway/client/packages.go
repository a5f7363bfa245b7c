package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// UploadAddress returns where to upload a version of a package to.
func (c *Client) UploadAddress(ctx context.Context, name, version string, request api.PushRequest) (api.PushAddress, error) {
	return post[api.PushAddress](ctx, c, request, "packages", name, version)
}

// Upload puts body, of size bytes, at address and returns the version id of the S3
// object that it became.
func (c *Client) Upload(ctx context.Context, address api.PushAddress, body io.Reader, size int64) (object string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, address.URL, io.NopCloser(body))
	if err != nil {
		return "", fmt.Errorf("upload to %s: %w", address.Key, err)
	}
	r.ContentLength = size
	if size == 0 {
		r.Body = http.NoBody // else the length would be taken for unknown, which S3 refuses
	}
	for name, value := range address.Headers {
		r.Header.Set(name, value)
	}
	response, err := c.uploads.Do(r)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		err = failed.Err // without the address, whose signature is a right for minutes
	}
	if err != nil {
		return "", fmt.Errorf("upload to %s: %w", address.Key, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		excerpt, err := io.ReadAll(io.LimitReader(response.Body, maxExcerpt))
		if err != nil {
			return "", fmt.Errorf("upload to %s: %s: %w", address.Key, response.Status, err)
		}
		return "", fmt.Errorf("upload to %s: %s: %s", address.Key, response.Status, excerpt)
	}
	return response.Header.Get("X-Amz-Version-Id"), nil
}

// Package returns a registered version of a package. If the object that was pushed
// to key was refused, it returns that refusal instead, a [pipeline.ErrRefused].
// Before the object is looked at it returns [pipeline.ErrNotFound], or what the
// version was before.
func (c *Client) Package(ctx context.Context, name, version, key, object string) (pipeline.Package, error) {
	query := url.Values{"key": {key}, "object": {object}}
	return get[pipeline.Package](ctx, c, query, "packages", name, version)
}
