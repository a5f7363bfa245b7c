package local_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"slipway/infra/local"
)

// A crash ends one invocation of one function at one of its calls of AWS.
type crash struct {
	at   int  // the call at which it happens, counted over all functions from 1; 0 for never
	late bool // the request takes effect and its answer is lost

	calls   int
	dead    string // the request id of the invocation that has ended
	deadAt  time.Time
	now     func() time.Time
	victim  string   // the call that it happened at
	retried []string // requests that a client repeated
}

// errCrashed is what an invocation that has ended gets from every call. It tells
// the SDK's clients that trying again is vain.
type errCrashed struct{}

func (errCrashed) Error() string        { return "the function has crashed" }
func (errCrashed) RetryableError() bool { return false }

// transport returns the transport of a function's clients. The API, which people
// ask again, does not crash.
func (c *crash) transport(function string, next http.RoundTripper) http.RoundTripper {
	if function == "api" {
		return next
	}
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.Header.Get("Amz-Sdk-Request"), "attempt=1;") {
			c.retried = append(c.retried, function+" "+operation(r))
		}
		invocation, ok := lambdacontext.FromContext(r.Context())
		if !ok {
			return nil, errors.New("a call outside of an invocation")
		}
		if c.dead == invocation.AwsRequestID && c.deadAt.Equal(c.now()) {
			return nil, errCrashed{}
		}
		c.calls++
		if c.calls != c.at {
			return next.RoundTrip(r)
		}
		c.dead, c.deadAt, c.victim = invocation.AwsRequestID, c.now(), function+" "+operation(r)
		if c.late {
			answer, err := next.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				return nil, err
			}
		}
		return nil, errCrashed{}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements [http.RoundTripper].
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// operation names what r asks of AWS.
func operation(r *http.Request) string {
	if _, name, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return name
	}
	return r.Method + " " + r.URL.Path
}

func crashed(t testing.TB, c *crash, p projectFile) (*world, []string) {
	w := newWorld(t, 1, &local.Rehearsal{Call: c.transport})
	c.now = w.clock.Now
	w.travel(p)
	w.check()
	return w, w.picture()
}

// TestACrashAtAnyCallChangesNothing has a function end at each call of AWS that a
// journey makes: before the call takes effect, and after.
func TestACrashAtAnyCallChangesNothing(t *testing.T) {
	var undisturbed crash
	_, want := crashed(t, &undisturbed, twoPhases("shop"))
	t.Logf("a journey makes %d calls", undisturbed.calls)
	for at := 1; at <= undisturbed.calls; at++ {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d late=%t", at, late), func(t *testing.T) {
				t.Parallel()
				c := &crash{at: at, late: late}
				_, got := crashed(t, c, twoPhases("shop"))
				if diff := difference(got, want); diff != "" {
					t.Errorf("a crash at %s leaves\n%s", c.victim, diff)
				}
				if len(c.retried) > 0 {
					t.Errorf("the clients repeat %q after a crash", c.retried)
				}
			})
		}
	}
}
