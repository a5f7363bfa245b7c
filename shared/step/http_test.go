package step_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/shared/project"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

func TestARequestIsSentAsTheStepSays(t *testing.T) {
	var got *http.Request
	var body string
	w := newWeb(t, func(answer http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got, body = r, string(text)
		answering(201, `{"id": 7, "state": {"name": "ok"}, "big": 12345678901234567890}`)(answer, r)
	})
	outcome, log, err := newStack(t).ask(w, `{"url": "http://example.com:8080/a%2Fb?key=secret", "method": "PUT", "headers": {"content-type": "text/plain"},
		"body": "hello", "outputs": {"id": "/id", "state": "/state", "name": "/state/name", "big": "/big"}}`)
	want := map[string]string{"status": "201", "id": "7", "state": `{"name":"ok"}`, "name": "ok", "big": "12345678901234567890"}
	if err != nil || !outcome.Done || !maps.Equal(outcome.Outputs, want) {
		t.Fatalf("Start = %+v, %v", outcome, err)
	}
	if got.Method != "PUT" || got.Host != "example.com:8080" || got.RequestURI != "/a%2Fb?key=secret" || body != "hello" ||
		got.Header.Get("Content-Type") != "text/plain" || got.Header.Get("User-Agent") != "slipway" ||
		got.Header.Get("Idempotency-Key") != "storefront_1_production_1/site/1" {
		t.Errorf("the request is %s %s to %s with %v and %q", got.Method, got.RequestURI, got.Host, got.Header, body)
	}
	if !strings.HasPrefix(log, "PUT http://example.com:8080/a%2Fb: 201 Created, 63 bytes, ") || strings.Contains(log, "secret") {
		t.Errorf("the log is %q", log)
	}
}

func TestASafeRequestLeavesNothingBehind(t *testing.T) {
	s, w := newStack(t), newWeb(t, answering(200, ""))
	for range 2 {
		if _, _, err := s.ask(w, `{"url": "http://example.com"}`); err != nil {
			t.Fatal(err)
		}
	}
	if kept := s.kept(); kept != "" || len(w.requests()) != 2 || w.requests()[0] != "GET /" {
		t.Errorf("%s is kept and %q was asked", kept, w.requests())
	}
}

func TestARedirectIsAnAnswer(t *testing.T) {
	w := newWeb(t, func(answer http.ResponseWriter, r *http.Request) {
		http.Redirect(answer, r, "http://169.254.169.254/", http.StatusFound)
	})
	_, _, err := newStack(t).ask(w, `{"url": "http://example.com/"}`)
	wantFailure(t, "a redirect", err, "ExpectationFailed: GET http://example.com/: the status is 302 (a redirect, which is not followed), expected 2xx; ", false)
	outcome, _, err := newStack(t).ask(w, `{"url": "http://example.com/", "expect": {"status": "3xx", "headers": {"location": "169.254"}}}`)
	if err != nil || outcome.Outputs["status"] != "302" || len(w.requests()) != 2 {
		t.Errorf("Start = %+v, %v after %q", outcome, err, w.requests())
	}
}

func TestNoProxyOfTheEnvironmentIsAsked(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://proxy.example:3128")
	w := newWeb(t, answering(200, ""))
	if _, _, err := newStack(t).ask(w, `{"url": "http://example.com/"}`); err != nil || w.dials()[0] != "93.184.216.34:80" {
		t.Errorf("dialed %q, %v", w.dials(), err)
	}
}

func TestBrokenConnectionsAreNamed(t *testing.T) {
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	half := func(answer http.ResponseWriter, r *http.Request) {
		answer.Header().Set("Content-Length", "10")
		answering(200, "half")(answer, r)
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		host    string
		refuse  int
		want    string
	}{
		"no such host":     {hangUp, "nowhere.example", 0, "ConnectionFailed: GET http://nowhere.example/: no connection: lookup nowhere.example: no such host"},
		"refused":          {hangUp, "example.com", 1, "ConnectionFailed: GET http://example.com/: no connection: dial 93.184.216.34:80: connection refused"},
		"hung up":          {hangUp, "example.com", 0, "BadResponse: GET http://example.com/: the connection broke, or what came is not HTTP: "},
		"broken half-way":  {half, "example.com", 0, "BadResponse: GET http://example.com/: the connection broke, or what came is not HTTP: unexpected EOF"},
		"endless headers":  {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 70<<10)) }, "example.com", 0, "BadResponse: "},
		"too long a value": {answering(200, `{"a": "`+strings.Repeat("x", 5<<10)+`"}`), "example.com", 0, "BadOutput: output a makes the outputs too long"},
		"too long a body":  {answering(200, strings.Repeat("x", 1<<20+1)), "example.com", 0, "BadResponse: GET http://example.com/: the body has more than 1048576 bytes"},
	} {
		w := newWeb(t, c.handler)
		w.refuse = c.refuse
		_, _, err := newStack(t).ask(w, `{"url": "http://`+c.host+`/", "outputs": {"a": "/a"}}`)
		wantFailure(t, name, err, c.want, strings.HasPrefix(c.want, "BadOutput"))
	}
}

func TestALongBodyThatNobodyLooksAtIsNoFailure(t *testing.T) {
	if _, _, err := newStack(t).ask(newWeb(t, answering(200, strings.Repeat("x", 2<<20))), `{"url": "http://example.com/"}`); err != nil {
		t.Error(err)
	}
}

// pinned is the machine's network on which every host is at loopback.
type pinned struct{ step.Internet }

func (pinned) Lookup(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, nil
}

func TestTheCertificateOfAServerMustBeTrustedAndItsOwn(t *testing.T) {
	server := httptest.NewUnstartedServer(answering(200, "secure"))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail
	server.StartTLS()
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host  string
		roots *x509.CertPool
		want  string
	}{
		"trusted":      {"example.com", roots, ""},
		"another host": {"example.org", roots, "BadCertificate: GET https://example.org:" + port + "/: the server's certificate is not to be trusted: x509: certificate is valid for"},
		"unknown":      {"example.com", x509.NewCertPool(), "BadCertificate: "},
	} {
		attempt := work(`{"url": "https://`+c.host+":"+port+`/", "allow-private": true, "expect": {"body": "secure"}}`, step.Artifact{})
		_, err := newStack(t).on(step.Web{Network: pinned{}, Loopback: true, Roots: c.roots}).Start(context.Background(), "http", attempt)
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		} else if c.want != "" {
			wantFailure(t, name, err, c.want, false)
		}
	}
}

func TestTheInternetIsTheMachinesOwnNetwork(t *testing.T) {
	server := httptest.NewServer(answering(200, "here"))
	defer server.Close()
	host := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	if _, _, err := newStack(t).ask(step.Internet{}, `{"url": "`+host+`", "allow-private": true, "expect": {"body": "here"}}`); err != nil {
		t.Error(err)
	}
}

func TestACancelledRequestSaysNothingAboutTheStep(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, w := newStack(t), newWeb(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	for _, method := range []string{"GET", "POST"} {
		_, err := s.on(step.Web{Network: w}).Start(ctx, "http", work(`{"url": "http://example.com/", "method": "`+method+`", "until": "1m"}`, step.Artifact{}))
		var failure *step.Failure
		if errors.As(err, &failure) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Start = %v, want %v", method, err, context.Canceled)
		}
	}
}

func TestParametersAreCheckedOnceTheyAreResolved(t *testing.T) {
	s, w := newStack(t), newWeb(t, answering(200, ""))
	for name, c := range map[string]struct{ with, want string }{
		"brace":       {`{"url": "http://example.com/{a}"}`, "BadParameter: url: \"http://example.com/{a}\" is not a URL"},
		"port":        {`{"url": "http://example.com:65536/"}`, "BadParameter: url: "},
		"dots":        {`{"url": "http://example.com/a/%2e%2E/b"}`, "BadParameter: url: \"http://example.com/a/%2e%2E/b\" has the relative part \"%2e%2E\"; "},
		"percent":     {`{"url": "http://example.com/%zz"}`, "BadParameter: url: "},
		"too long":    {`{"url": "http://example.com/` + strings.Repeat("x", 8192) + `"}`, "BadParameter: url: has 8211 bytes"},
		"line break":  {`{"url": "http://example.com/", "headers": {"A": "b\r\nC: d"}}`, "BadParameter: headers: the value of A holds a control character"},
		"own header":  {`{"url": "http://example.com/", "headers": {"HOST": "b"}}`, "BadParameter: headers: HOST is not yours to set; leave it out"},
		"own key":     {`{"url": "http://example.com/", "headers": {"idempotency-key": "b"}}`, "BadParameter: headers: idempotency-key is not yours to set"},
		"same header": {`{"url": "http://example.com/", "headers": {"a": "b", "A": "c"}}`, "BadParameter: headers: A and a are the same header; write it once"},
		"long body":   {`{"url": "http://example.com/", "method": "POST", "body": "` + strings.Repeat("x", 65537) + `"}`, "BadParameter: body: has 65537 bytes"},
	} {
		_, _, err := s.ask(w, c.with)
		wantFailure(t, name, err, c.want, true)
	}
	attempt := work(`{"url": "http://example.com/"}`, step.Artifact{})
	attempt.Timeout = 14*time.Minute + time.Second
	_, err := s.on(step.Web{Network: w}).Start(context.Background(), "http", attempt)
	wantFailure(t, "time-out", err, "BadParameter: timeout: 14m1s is too long for a request, which is made inside one function; write at most 14m", true)
	if len(w.dials()) > 0 || s.kept() != "" {
		t.Errorf("dialed %q, kept %s", w.dials(), s.kept())
	}
}

// TestEveryInvalidHTTPStepIsRefusedWithItsPlaceAndARemedy reads the fixtures as steps of a project file.
func TestEveryInvalidHTTPStepIsRefusedWithItsPlaceAndARemedy(t *testing.T) {
	const head = "project: p\npackages: { web: { feed: s3 } }\nchannels: [{ name: all, lifecycle: only }]\n" +
		"lifecycles: { only: [{ phase: test, environments: [dev], deploy: automatic }] }\nprocess:\n  -\n"
	names, err := filepath.Glob("testdata/http/invalid/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, lines, _ := strings.Cut(string(text), "\n")
		_, err = project.Parse([]byte(head + "    " + strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n    ") + "\n"))
		var problems document.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: %v", name, err)
		}
		for _, p := range problems {
			t.Logf("%s: %s", filepath.Base(name), p)
			if p.Line < 6 || p.Column < 5 || p.Message == "" || p.Remedy == "" {
				t.Errorf("%s: %s", name, p)
			}
		}
	}
}
