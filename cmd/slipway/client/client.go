// Package client calls Slipway's API: that of a stack on AWS or that of local mode.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"slipway/shared/pipeline"
)

// A Config is what a client is made of.
type Config struct {
	URL         string                  // of the API, http or https
	Credentials aws.CredentialsProvider // sign the requests; nil leaves them unsigned
	Region      string                  // of the API; part of the signature
	Transport   http.RoundTripper
	Now         func() time.Time
}

// A Client calls one API.
type Client struct {
	base        *url.URL
	credentials aws.CredentialsProvider
	region      string
	signer      *v4.Signer
	now         func() time.Time
	calls       *http.Client // to the API
	uploads     *http.Client // to S3, which take as long as they take
}

// callTime is how long one call of the API may take: longer than its function may run.
const callTime = 65 * time.Second

// New returns [pipeline.ErrInvalid] when c.URL is no address of an API.
func New(c Config) (*Client, error) {
	base, err := url.Parse(c.URL)
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, fmt.Errorf("API address %q: want one such as http://127.0.0.1:8080: %w", c.URL, pipeline.ErrInvalid)
	}
	// Neither the API nor S3 redirects what is signed for them.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: base, credentials: c.Credentials, region: c.Region, signer: v4.NewSigner(), now: c.Now,
		calls:   &http.Client{Transport: c.Transport, CheckRedirect: stay, Timeout: callTime},
		uploads: &http.Client{Transport: c.Transport, CheckRedirect: stay}}, nil
}

// get returns the resource at the path of segments.
func get[T any](ctx context.Context, c *Client, query url.Values, segments ...string) (T, error) {
	address := c.address(segments...)
	address.RawQuery = query.Encode()
	return decode[T](c.repeat(ctx, http.MethodGet, address, nil))
}

// post sends the JSON of in to the resource at the path of segments and returns the answer.
func post[T any](ctx context.Context, c *Client, in any, segments ...string) (T, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return *new(T), fmt.Errorf("encode request: %w", err)
	}
	return decode[T](c.call(ctx, http.MethodPost, c.address(segments...), body))
}

// address returns the address of the resource at the path of segments.
func (c *Client) address(segments ...string) *url.URL {
	escaped := make([]string, len(segments))
	for i, segment := range segments {
		escaped[i] = url.PathEscape(segment)
	}
	return c.base.JoinPath(escaped...)
}

// call sends one signed request and reads what is answered, whatever its status.
func (c *Client) call(ctx context.Context, method string, address *url.URL, body []byte) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if err := c.sign(r, body); err != nil {
		return answer{}, err
	}
	response, err := c.calls.Do(r)
	if err != nil {
		return answer{}, fmt.Errorf("call the API: %w", err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("read the API's answer: %w", err)
	}
	return answer{response.StatusCode, data}, nil
}
