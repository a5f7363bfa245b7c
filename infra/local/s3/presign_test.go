package s3_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
)

// signerAt signs as of a time of its own.
type signerAt struct{ time.Time }

func (s signerAt) PresignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, payload, service, region string, _ time.Time,
	options ...func(*v4.SignerOptions)) (string, http.Header, error) {
	return v4.NewSigner().PresignHTTP(ctx, c, r, payload, service, region, s.Time, options...)
}

func TestSDKPresignedURLsPutAndGet(t *testing.T) {
	s := newStack(t, "")
	ctx := context.Background()
	presign := sdk.NewPresignClient(s.client("http"), func(o *sdk.PresignOptions) {
		o.Presigner, o.Expires = signerAt{epoch}, time.Minute
	})
	put, err := presign.PresignPutObject(ctx, &sdk.PutObjectInput{Bucket: aws.String("plain"), Key: aws.String("a b"), Metadata: map[string]string{"commit": "abc"}})
	s.must(err)
	var headers []string
	for name := range put.SignedHeader {
		headers = append(headers, name+": "+put.SignedHeader.Get(name))
	}
	target := func(url string) string { return strings.TrimPrefix(url, "http://s3.localhost") }
	if got := s.sendAnonymous(put.Method, target(put.URL), "hello", headers...); got.StatusCode != 200 {
		t.Fatalf("PUT %s: %d %s", put.URL, got.StatusCode, text(got))
	}
	get, err := presign.PresignGetObject(ctx, &sdk.GetObjectInput{Bucket: aws.String("plain"), Key: aws.String("a b")})
	s.must(err)
	got := s.sendAnonymous(get.Method, target(get.URL), "")
	if body := text(got); body != "hello" || got.Header.Get("X-Amz-Meta-Commit") != "abc" {
		t.Errorf("GET %s: %d %s %v", get.URL, got.StatusCode, body, got.Header)
	}
}
