package step_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"slipway/shared/step"
)

// A busyLambda answers invocations in turn: a status and the type of an error, or none.
type busyLambda struct {
	errors []string
	calls  int
}

// Config implements [step.Accounts].
func (l *busyLambda) Config(context.Context, step.Work) (aws.Config, error) {
	return aws.Config{Region: "eu-central-1", HTTPClient: l, Credentials: credentials.NewStaticCredentialsProvider("slipway", "secret", "")}, nil
}

// Do implements [aws.HTTPClient].
func (l *busyLambda) Do(r *http.Request) (*http.Response, error) {
	answer := &http.Response{StatusCode: http.StatusOK, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}
	if l.calls < len(l.errors) {
		answer.StatusCode = http.StatusTooManyRequests
		if !strings.HasPrefix(l.errors[l.calls], "TooMany") {
			answer.StatusCode = http.StatusInternalServerError
		}
		answer.Header.Set("X-Amzn-Errortype", l.errors[l.calls])
	}
	l.calls++
	return answer, nil
}

func TestOnlyAThrottledInvocationIsSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		errors []string
		want   string
		calls  int
	}{
		"throttled":        {[]string{"TooManyRequestsException"}, "", 2},
		"throttled always": {[]string{"TooManyRequestsException", "TooManyRequestsException", "TooManyRequestsException"}, "TooManyRequestsException", 3},
		"broken":           {[]string{"ServiceException"}, "ServiceException", 1},
	} {
		synctest.Test(t, func(t *testing.T) { // the SDK waits between calls
			s := newStack(t)
			l := &busyLambda{errors: c.errors}
			runner := step.New(step.Dependencies{Objects: s.objects, Accounts: l, WorkBucket: "work", Now: time.Now})
			outcome, err := runner.Start(t.Context(), "invoke", invoked(""))
			if got := (err == nil) == outcome.Done; !got || c.want == "" != outcome.Done || c.want != "" && !strings.HasPrefix(err.Error(), c.want) || l.calls != c.calls {
				t.Errorf("%s: it comes to %+v, %v after %d calls", name, outcome, err, l.calls)
			}
		})
	}
}
