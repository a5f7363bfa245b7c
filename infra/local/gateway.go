package local

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"slipway/infra/local/awsjson"
)

// AWS returns the endpoint of all services. Which one a request is for it tells as
// the services' protocols do: by the target header, by the action of a form, or,
// when there is neither, by the path or the scope of the signature: what is not
// Lambda's, the registry's or the Scheduler's is S3's.
func (s *Stack) AWS() http.Handler { return http.HandlerFunc(s.route) }

func (s *Stack) route(w http.ResponseWriter, r *http.Request) {
	service, _, isTargeted := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case isTargeted:
		s.targeted(w, r, service)
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && r.Method == http.MethodPost:
		s.query(w, r)
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/functions"):
		s.functions.ServeHTTP(w, r)
	case r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/"):
		s.images.ServeHTTP(w, r)
	case strings.Contains(r.Header.Get("Authorization"), "/scheduler/aws4_request"):
		s.schedules.ServeHTTP(w, r)
	default:
		s.buckets.ServeHTTP(w, r)
	}
}

func (s *Stack) targeted(w http.ResponseWriter, r *http.Request, service string) {
	switch service {
	case "DynamoDB_20120810":
		s.tables.ServeHTTP(w, r)
	case "AWSStepFunctions":
		s.executions.ServeHTTP(w, r)
	case "AWSEvents":
		s.buses.ServeHTTP(w, r)
	case "AmazonSQS":
		s.queues.ServeHTTP(w, r)
	case "CodeBuild_20161006":
		s.builds.ServeHTTP(w, r)
	case "AmazonEC2ContainerRegistry_V20150921":
		s.images.API().ServeHTTP(w, r)
	default:
		unknown := awsjson.Service{Version: "1.1", NewID: s.config.NewID}
		unknown.Refuse(w, &awsjson.Error{Code: "UnknownOperationException", Status: http.StatusNotImplemented,
			Message: "local mode has no " + service + "; it has DynamoDB, Step Functions, EventBridge, Scheduler, SQS, CodeBuild, Lambda, S3, ECR, CloudFormation DescribeStacks and STS GetCallerIdentity"})
	}
}

// transport ends clients' requests in a handler of this process.
type transport struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.RequestURI = in.URL.RequestURI()
	out := &response{header: http.Header{}}
	t.handler.ServeHTTP(out, in)
	if err := in.Body.Close(); err != nil {
		return nil, err
	}
	return out.result(r), nil
}

// A response collects what a handler answers.
type response struct {
	status int
	header http.Header
	sent   http.Header // as it was when the status was written
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *response) result(r *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	return &http.Response{StatusCode: w.status, Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.sent, Request: r,
		Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len())}
}

// maxForm is the longest form of a query request, in bytes.
const maxForm = 1 << 20

// form reads the parameters of a query request.
func form(r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(body))
}
