package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"slipway/shared/pipeline"
)

// Handle answers a request that came through the function URL. The caller is who
// signed it, as Lambda tells from the signature.
func (a *API) Handle(ctx context.Context, in events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	body := in.Body
	if in.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(in.Body)
		if err != nil {
			return events.LambdaFunctionURLResponse{}, fmt.Errorf("request body: %w: %w", err, pipeline.ErrInvalid)
		}
		body = string(decoded)
	}
	target := in.RawPath
	if in.RawQueryString != "" {
		target += "?" + in.RawQueryString
	}
	r, err := http.NewRequestWithContext(WithCaller(ctx, a.signer(in)), in.RequestContext.HTTP.Method, target, strings.NewReader(body))
	if err != nil {
		return events.LambdaFunctionURLResponse{}, fmt.Errorf("request %s: %w: %w", target, err, pipeline.ErrInvalid)
	}
	for name, value := range in.Headers {
		r.Header.Set(name, value)
	}
	w := recorder{header: http.Header{}}
	a.ServeHTTP(&w, r)
	return events.LambdaFunctionURLResponse{StatusCode: w.status, Body: w.body.String(),
		Headers: map[string]string{"Content-Type": w.header.Get("Content-Type")}}, nil
}

// A recorder keeps an answer, whose status is always written before its body.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

// signer returns the name of who signed the request, or "" for nobody.
func (a *API) signer(in events.LambdaFunctionURLRequest) string {
	if in.RequestContext.Authorizer == nil || in.RequestContext.Authorizer.IAM == nil {
		return ""
	}
	return a.Platform.Person(in.RequestContext.Authorizer.IAM.UserARN)
}
