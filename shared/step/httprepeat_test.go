package step_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slipway/shared/step"
)

// eventually answers 503 until the request of that number, from 1.
func eventually(number int) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		n++
		status := 503
		if n >= number {
			status = 200
		}
		answering(status, "")(w, r)
	}
}

// hang answers when the client has given up.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestARequestIsRepeatedUntilTheAnswerIsAsExpected(t *testing.T) {
	for name, c := range map[string]struct {
		with    string
		handler http.HandlerFunc
		refuse  int
		want    string // of the failure
		asked   int
		took    time.Duration
	}{
		"at once":           {`"until": "5m"`, eventually(1), 0, "", 1, 0},
		"the third time":    {`"until": "5m"`, eventually(3), 0, "", 3, 20 * time.Second},
		"every 30 seconds":  {`"until": "5m", "every": "30s"`, eventually(3), 0, "", 3, time.Minute},
		"after a refusal":   {`"until": "5m"`, eventually(1), 2, "", 1, 20 * time.Second},
		"never":             {`"until": "1m"`, eventually(99), 0, "ExpectationFailed: GET http://example.com/: the status is 503, expected 2xx; the body begins \"\" (the last of 6 requests)", 6, 50 * time.Second},
		"only once":         {`"method": "GET"`, eventually(2), 0, "ExpectationFailed: GET http://example.com/: the status is 503, expected 2xx; the body begins \"\"", 1, 0},
		"hangs":             {`"until": "2m"`, hang, 0, "TimedOut: GET http://example.com/: no answer within 30s (the last of 3 requests)", 3, 110 * time.Second},
		"hangs all along":   {`"method": "GET"`, hang, 0, "TimedOut: GET http://example.com/: no answer within 10m0s", 1, 10 * time.Minute},
		"POST cut off":      {`"method": "POST", "until": "15s"`, hang, 1, "TimedOut: POST http://example.com/: no answer within 15s; before that, ConnectionFailed: ", 1, 15 * time.Second},
		"hangs to the end":  {`"until": "20s"`, hang, 0, "TimedOut: GET http://example.com/: no answer within 20s", 1, 20 * time.Second},
		"beyond its time":   {`"until": "14m", "every": "9m"`, eventually(99), 0, "ExpectationFailed: ", 2, 9 * time.Minute},
		"PUT":               {`"method": "PUT", "until": "5m"`, eventually(3), 0, "", 3, 20 * time.Second},
		"POST":              {`"method": "POST", "until": "5m"`, eventually(2), 0, "ExpectationFailed: ", 1, 0},
		"POST, refused":     {`"method": "POST", "until": "5m"`, eventually(1), 2, "", 1, 20 * time.Second},
		"POST that hangs":   {`"method": "POST", "until": "5m"`, hang, 0, "TimedOut: POST http://example.com/: no answer within 30s", 1, 30 * time.Second},
		"POST, repeatable":  {`"method": "POST", "until": "5m", "repeatable": true`, eventually(3), 0, "", 3, 20 * time.Second},
		"PUT, unrepeatable": {`"method": "PUT", "until": "5m", "repeatable": false`, eventually(2), 0, "ExpectationFailed: ", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWeb(t, c.handler)
				w.refuse = c.refuse
				began := time.Now()
				outcome, log, err := newStack(t).ask(w, `{"url": "http://example.com/", `+c.with+`}`)
				took := time.Since(began)
				if c.want == "" && (err != nil || !outcome.Done) {
					t.Errorf("Start = %+v, %v", outcome, err)
				} else if c.want != "" {
					wantFailure(t, name, err, c.want, false)
				}
				if len(w.requests()) != c.asked || took != c.took {
					t.Errorf("%d requests in %s, want %d in %s; the log is\n%s", len(w.requests()), took, c.asked, c.took, log)
				}
			})
		})
	}
}

func TestTheHostIsJudgedAnewForEachRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, eventually(99))
		w.addresses = [][]string{{"93.184.216.34"}, {"169.254.169.254"}}
		_, _, err := newStack(t).ask(w, `{"url": "http://example.com/", "until": "5m"}`)
		wantFailure(t, "a name that changes", err, "PrivateAddress: host example.com is at 169.254.169.254", true)
		if len(w.dials()) != 1 || w.lookups != 2 {
			t.Errorf("dialed %q after %d lookups", w.dials(), w.lookups)
		}
	})
}

func TestTheLogHasALineForEachRequestAndFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(t, eventually(2))
		w.refuse = 1
		_, log, err := newStack(t).ask(w, `{"url": "http://example.com/a?token=x", "until": "5m"}`)
		want := `ConnectionFailed: GET http://example.com/a: no connection: dial 93.184.216.34:80: connection refused
GET http://example.com/a: 503 Service Unavailable, 0 bytes, 0s
ExpectationFailed: GET http://example.com/a: the status is 503, expected 2xx; the body begins ""
GET http://example.com/a: 200 OK, 0 bytes, 0s
`
		if err != nil || log != want {
			t.Errorf("%v, the log is\n%swant\n%s", err, log, want)
		}
	})
}

func TestAStepThatIsCancelledWhileItWaitsEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		began := time.Now()
		attempt := work(`{"url": "http://example.com/", "until": "30s"}`, step.Artifact{})
		_, err := newStack(t).on(step.Web{Network: newWeb(t, eventually(99))}).Start(ctx, "http", attempt)
		var failure *step.Failure
		if errors.As(err, &failure) || !errors.Is(err, context.Canceled) || time.Since(began) != 5*time.Second {
			t.Errorf("Start = %v after %s", err, time.Since(began))
		}
	})
}

func TestNothingIsSaidOfAQuery(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{"refused": eventually(9), "answered": answering(200, "")} {
		_, log, err := newStack(t).ask(newWeb(t, handler), `{"url": "http://example.com/?token=hush"}`)
		if text := log + errText(err); strings.Contains(text, "hush") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
