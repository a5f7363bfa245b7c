package step

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// maxHTTPAnswer is how much of an answer's body is read, in bytes.
const maxHTTPAnswer = 1 << 20

// An httpCaller sends the request of one attempt.
type httpCaller struct {
	parameters httpParameters
	timeout    time.Duration // for everything
	key        string        // names the attempt
	target     string        // the request for people: no query, as it may hold what is nobody's business
	transport  *http.Transport
	log        io.Writer
	now        func() time.Time
}

func newHTTPCaller(p httpParameters, d Dependencies, w Work) (*httpCaller, error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return nil, fmt.Errorf("parse URL of step %s: %w", w.Step, err)
	}
	return &httpCaller{
		parameters: p, timeout: w.Timeout, log: w.Log, now: d.Now,
		key:       fmt.Sprintf("%s/%s/%d", w.Execution, w.Step, w.Attempt),
		target:    p.Method + " " + u.Scheme + "://" + u.Host + u.EscapedPath(),
		transport: newHTTPTransport(d.Web, p.AllowPrivate),
	}, nil
}

// newHTTPTransport returns a transport that has a connection for each request, so
// that each connection is judged and none is used again unasked; it knows no proxy.
func newHTTPTransport(w Web, allowPrivate bool) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext:            guardedDialer{w, allowPrivate}.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: w.Roots, MinVersion: tls.VersionTLS12},
		Protocols:              &protocols,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// send sends the request once. The error is a [*Failure] unless ctx has ended; sent
// tells whether a server may have received the request.
func (c *httpCaller) send(ctx context.Context) (answer httpAnswer, sent bool, err error) {
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	request, err := c.request(traced)
	if err != nil {
		return httpAnswer{}, false, err
	}
	// No http.Client: a redirect is an answer, and there are no cookies.
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return httpAnswer{}, connected.Load(), c.failure(ctx, connected.Load(), err)
	}
	defer response.Body.Close()
	answer = httpAnswer{code: response.StatusCode, headers: response.Header}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxHTTPAnswer+1))
	if err != nil {
		return httpAnswer{}, true, c.failure(ctx, true, err)
	}
	answer.whole = len(body) <= maxHTTPAnswer
	answer.body = body[:min(len(body), maxHTTPAnswer)]
	return answer, true, nil
}

func (c *httpCaller) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if c.parameters.Body != "" {
		body = strings.NewReader(c.parameters.Body)
	}
	request, err := http.NewRequestWithContext(ctx, c.parameters.Method, c.parameters.URL, body)
	if err != nil {
		return nil, fmt.Errorf("make request %s: %w", c.target, err)
	}
	request.Header.Set("User-Agent", "slipway")
	for name, value := range c.parameters.Headers {
		request.Header.Set(name, value)
	}
	if !c.parameters.safe() {
		request.Header.Set("Idempotency-Key", c.key)
	}
	return request, nil
}

// failure explains an error of the transport; connected tells whether the request
// may have been sent.
func (c *httpCaller) failure(ctx context.Context, connected bool, err error) error {
	var own *Failure
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &own):
		return own
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &untrusted):
		return transient("BadCertificate", "%s: the server's certificate is not to be trusted: %s", c.target, untrusted.Err)
	case !connected:
		return transient("ConnectionFailed", "%s: no connection: %s", c.target, err)
	}
	return transient("BadResponse", "%s: the connection broke, or what came is not HTTP: %s", c.target, err)
}

// judge returns the outcome of an answer. The error is a [*Failure].
func (c *httpCaller) judge(a httpAnswer) (Outcome, error) {
	if !a.whole && c.parameters.needsBody() && c.parameters.Expect.Status.orDefault().include(a.code) {
		return Outcome{}, transient("BadResponse", "%s: the body has more than %d bytes, so nothing can be expected of it", c.target, maxHTTPAnswer)
	}
	if unmet := c.parameters.Expect.unmet(a); unmet != "" {
		return Outcome{}, transient("ExpectationFailed", "%s: %s; the body begins %s", c.target, unmet, excerpt(string(a.body)))
	}
	outputs, err := c.parameters.outputsOf(a)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Done: true, Outputs: outputs}, nil
}
