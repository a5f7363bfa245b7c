package local

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"slipway/infra/local/awsjson"
)

// AWS returns the endpoint of all services. Which one a request is for it tells as
// the services' protocols do: by the target header, by the protocol's path, by the action of a form,
// or, when there is none of these, by the path or the scope of the signature. What names no
// service is S3's: browsers and presigned URLs of the older kind.
func (s *Stack) AWS() http.Handler { return http.HandlerFunc(s.route) }

func (s *Stack) route(w http.ResponseWriter, r *http.Request) {
	target, _, isTargeted := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	service := awsjson.SigningName(r)
	switch {
	case isTargeted:
		s.targeted(w, r, target)
	case r.Header.Get("Smithy-Protocol") != "":
		s.called(w, r, service)
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && r.Method == http.MethodPost:
		s.posted(w, r, service)
	case r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/"):
		s.images.ServeHTTP(w, r)
	case service == "sns" || isUnsubscription(r):
		s.topics.ServeHTTP(w, r)
	case service == "lambda":
		s.functions.ServeHTTP(w, r)
	case service == "scheduler":
		s.schedules.ServeHTTP(w, r)
	case service == "" || strings.HasPrefix(service, "s3"):
		s.buckets.ServeHTTP(w, r)
	default:
		s.refuseService(w, service)
	}
}

// isUnsubscription tells whether r is the link by which the reader of a message
// ends a subscription; nobody signs that.
func isUnsubscription(r *http.Request) bool {
	return r.URL.Path == "/" && r.URL.Query().Get("Action") == "Unsubscribe"
}

// posted answers a form of the query protocol.
func (s *Stack) posted(w http.ResponseWriter, r *http.Request, service string) {
	switch service {
	case "sqs":
		s.queues.ServeHTTP(w, r)
	case "sns":
		s.topics.ServeHTTP(w, r)
	case "monitoring":
		s.alarms.ServeHTTP(w, r)
	default:
		s.query(w, r)
	}
}

// called answers a request of Smithy RPC v2, whose path names the service: CloudWatch's
// clients speak nothing else.
func (s *Stack) called(w http.ResponseWriter, r *http.Request, service string) {
	if strings.HasPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/") {
		s.alarms.ServeHTTP(w, r)
		return
	}
	s.refuseService(w, cmp.Or(service, r.URL.Path))
}

// refuseService answers a request to a service that is not there, in the protocol
// that the service's clients read.
func (s *Stack) refuseService(w http.ResponseWriter, service string) {
	const code = "UnknownOperationException"
	message := "local mode has no " + service + "; it has DynamoDB, Step Functions, EventBridge, Scheduler, SQS, SNS, CodeBuild, Lambda, S3, ECR, CloudWatch alarms, CloudFormation DescribeStacks, and STS GetCallerIdentity and AssumeRole"
	if service == "route53" || service == "cloudfront" { // REST with XML; all others have JSON
		s.refuse(w, awsjson.Errorf(code, "%s", message))
		return
	}
	unknown := awsjson.Service{Version: "1.1", NewID: s.config.NewID}
	unknown.Refuse(w, &awsjson.Error{Code: code, Status: http.StatusNotImplemented, Message: message})
}

func (s *Stack) targeted(w http.ResponseWriter, r *http.Request, target string) {
	switch target {
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
	case "GraniteServiceVersion20100801":
		s.alarms.ServeHTTP(w, r)
	case "AmazonEC2ContainerRegistry_V20150921":
		s.images.API().ServeHTTP(w, r)
	default:
		s.refuseService(w, cmp.Or(awsjson.SigningName(r), target))
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
	if w.status != 0 {
		return
	}
	w.status, w.sent = status, http.Header{}
	for name, values := range w.header {
		w.sent[http.CanonicalHeaderKey(name)] = slices.Clone(values) // as the reader of a connection would name it
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
