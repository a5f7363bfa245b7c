package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// An exchange answers requests without a network.
type exchange func(r *http.Request) (status int, body string)

func (e exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	status, body := e(r)
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func open(t *testing.T, e exchange) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{URL: "https://api.example/", Region: "eu-central-1", Transport: e,
		Credentials: credentials.NewStaticCredentialsProvider("manager1", "secret", "session"),
		Now:         func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRequestsAreSignedForTheFunctionURL(t *testing.T) {
	c := open(t, func(r *http.Request) (int, string) {
		const credential = "AWS4-HMAC-SHA256 Credential=manager1/20261122/eu-central-1/lambda/aws4_request, SignedHeaders="
		if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, credential) || !strings.Contains(got, "x-amz-security-token") {
			t.Errorf("Authorization: %s", got)
		}
		if got := r.Method + " " + r.URL.String(); got != "GET https://api.example/projects/a%2Fb/releases/1.0.0" {
			t.Errorf("request %s", got)
		}
		return 200, `{"version":"1.0.0"}`
	})
	release, err := c.Release(t.Context(), "a/b", "1.0.0")
	if err != nil || release.Version.String() != "1.0.0" {
		t.Errorf("Release = %v, %v", release, err)
	}
}

func TestOnlySafeRequestsAreRepeated(t *testing.T) {
	read := func(ctx context.Context, c *client.Client) error {
		_, err := c.Status(ctx, "storefront")
		return err
	}
	write := func(ctx context.Context, c *client.Client) error {
		_, err := c.Decide(ctx, pipeline.ExecutionID{}, api.DecisionRequest{})
		return err
	}
	run := func(ctx context.Context, c *client.Client) error {
		_, err := c.RequestRun(ctx, "storefront", "nightly", api.RunRequest{Environment: "dev", Token: "a"})
		return err
	}
	for _, test := range []struct {
		name   string
		call   func(context.Context, *client.Client) error
		status int
		calls  int
	}{
		{"a read on 502", read, 502, 4},
		{"a read on 503", read, 503, 4},
		{"a read on 500", read, 500, 1},
		{"a read on 404", read, 404, 1},
		{"a write on 503", write, 503, 1},
		{"a run with a token on 503", run, 503, 4},
	} {
		synctest.Test(t, func(t *testing.T) {
			calls := 0
			c := open(t, func(*http.Request) (int, string) { calls++; return test.status, "{}" })
			if err := test.call(t.Context(), c); err == nil || calls != test.calls {
				t.Errorf("%s: %d calls (%v), want %d", test.name, calls, err, test.calls)
			}
		})
	}
}

func TestAReadSucceedsOnceTheAPIDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := open(t, func(*http.Request) (int, string) {
			if calls++; calls < 3 {
				return 503, "{}"
			}
			return 200, `{"project":"storefront"}`
		})
		if s, err := c.Status(t.Context(), "storefront"); err != nil || s.Project != "storefront" {
			t.Errorf("Status = %v, %v", s, err)
		}
	})
}

func TestWhatIsSentAgainIsTheSameRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		c := open(t, func(r *http.Request) (int, string) {
			body, err := io.ReadAll(r.Body)
			if err != nil || r.Method != http.MethodPost || r.URL.Path != "/projects/storefront/runbooks/nightly/runs" {
				t.Errorf("request %s %s: %v", r.Method, r.URL, err)
			}
			if bodies = append(bodies, string(body)); len(bodies) < 3 {
				return 503, "{}"
			}
			return 200, `{"id":"storefront_nightly_1"}`
		})
		run, err := c.RequestRun(t.Context(), "storefront", "nightly", api.RunRequest{Environment: "dev", Token: "a"})
		want := `{"environment":"dev","token":"a"}`
		if err != nil || run.ID != "storefront_nightly_1" || !slices.Equal(bodies, []string{want, want, want}) {
			t.Errorf("RequestRun = %v, %v after %q", run, err, bodies)
		}
	})
}

func TestDeploymentsAndRunsHavePathsOfTheirOwn(t *testing.T) {
	for text, want := range map[string]string{"storefront_1_dev_1": "/deployments/storefront_1_dev_1/logs", "storefront_nightly_1": "/runs/storefront_nightly_1/logs"} {
		id, err := pipeline.ParseExecutionID(text)
		if err != nil {
			t.Fatal(err)
		}
		c := open(t, func(r *http.Request) (int, string) {
			if r.URL.Path != want {
				t.Errorf("%s is at %s, want %s", text, r.URL.Path, want)
			}
			return 200, "{}"
		})
		if _, err := c.Logs(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
}

func TestInterruptedWaitsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		c := open(t, func(*http.Request) (int, string) { return 503, "{}" })
		if _, err := c.Status(ctx, "storefront"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Status = %v", err)
		}
	})
}

func TestRefusalsSayWhatTheAPISays(t *testing.T) {
	for _, test := range []struct {
		status  int
		body    string
		message string
		is      error
	}{
		{403, `{"error":{"code":"Refused","message":"closed"}}`, "closed", pipeline.ErrRefused},
		{409, `{"error":{"code":"Ended","message":"over"}}`, "over", pipeline.ErrEnded},
		{404, `{"error":{"code":"NotFound","message":"no release"}}`, "no release", pipeline.ErrNotFound},
		{400, `{"error":{"code":"Invalid","message":"all","problems":[{"line":3,"column":9,"message":"bad","remedy":"mend it"},{"line":4,"column":1,"message":"worse"}]}}`,
			"3:9: bad; mend it\n4:1: worse", pipeline.ErrInvalid},
		{403, `{"Message":"Forbidden"}`, `the API's address answered 403 Forbidden: {"Message":"Forbidden"}`, pipeline.ErrRefused},
		{418, "<html>" + strings.Repeat("x", 1000), "the API's address answered 418 I'm a teapot: <html>" + strings.Repeat("x", 294), nil},
	} {
		_, err := open(t, func(*http.Request) (int, string) { return test.status, test.body }).Apply(t.Context(), "storefront", []byte("x"))
		if err == nil || err.Error() != test.message || (test.is != nil && !errors.Is(err, test.is)) {
			t.Errorf("%d %.40s: %v", test.status, test.body, err)
		}
	}
}

func TestFailedUploadsDoNotTellTheirSignedAddress(t *testing.T) {
	c, err := client.New(client.Config{URL: "http://127.0.0.1", Transport: broken{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Upload(t.Context(), api.PushAddress{URL: "https://s3.example/k?X-Amz-Signature=secret", Key: "k"}, strings.NewReader("body"), 4)
	if err == nil || strings.Contains(err.Error(), "secret") || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Upload = %v", err)
	}
}

// broken is a network that is down.
type broken struct{}

func (broken) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, errors.Join(io.ErrUnexpectedEOF, r.Body.Close())
}

func TestAddressesAreChecked(t *testing.T) {
	for _, address := range []string{"", "nowhere", "ftp://host", "http://", "http://%"} {
		if _, err := client.New(client.Config{URL: address}); !errors.Is(err, pipeline.ErrInvalid) {
			t.Errorf("New(%q) = %v", address, err)
		}
	}
}
