package step_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"testing"
	"time"

	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

const (
	claimKey  = "jobs/storefront_1_production_1/site/1/claim.json"
	resultKey = "jobs/storefront_1_production_1/site/1/result.json"
)

func TestAnEffectThatIsCompleteIsNotRepeated(t *testing.T) {
	for name, c := range map[string]struct {
		with   string
		status int
		want   string // of the failure
		kept   string
	}{
		"POST":             {`"method": "POST"`, 201, "", claimKey + " " + resultKey},
		"PATCH":            {`"method": "PATCH"`, 204, "", claimKey + " " + resultKey},
		"PUT":              {`"method": "PUT"`, 200, "", resultKey},
		"DELETE":           {`"method": "DELETE"`, 200, "", resultKey},
		"POST, repeatable": {`"method": "POST", "repeatable": true`, 201, "", resultKey},
		"GET with effects": {`"method": "GET", "repeatable": false`, 200, "", claimKey + " " + resultKey},
		"POST that fails":  {`"method": "POST"`, 500, "ExpectationFailed: POST http://example.com/: the status is 500, expected 2xx", claimKey + " " + resultKey},
		"PUT that fails":   {`"method": "PUT"`, 500, "ExpectationFailed: PUT http://example.com/: the status is 500, expected 2xx", resultKey},
	} {
		s, w := newStack(t), newWeb(t, answering(c.status, ""))
		var outcomes []step.Outcome
		for range 2 { // as when Start is repeated
			outcome, log, err := s.ask(w, `{"url": "http://example.com/", `+c.with+`}`)
			if c.want == "" && err != nil {
				t.Fatalf("%s: %v", name, err)
			} else if c.want != "" {
				wantFailure(t, name, err, c.want, false)
			}
			if (log == "") != (len(outcomes) == 1) {
				t.Errorf("%s: the log is %q", name, log)
			}
			outcomes = append(outcomes, outcome)
		}
		if outcomes[0].Done != (c.want == "") || outcomes[0].Done != outcomes[1].Done || !maps.Equal(outcomes[0].Outputs, outcomes[1].Outputs) {
			t.Errorf("%s: outcomes %+v", name, outcomes)
		}
		if got := s.kept(); got != c.kept || len(w.requests()) != 1 {
			t.Errorf("%s: %s is kept, %q was asked", name, got, w.requests())
		}
	}
}

func TestAClaimWithoutAResultIsInterrupted(t *testing.T) {
	for with, c := range map[string]struct {
		asked int
		want  string
	}{
		`{"url": "http://example.com/", "method": "POST"}`:                     {0, "Interrupted: the attempt was cut off"},
		`{"url": "http://example.com/", "method": "PUT"}`:                      {1, ""},
		`{"url": "http://example.com/", "method": "POST", "repeatable": true}`: {1, ""},
	} {
		s, w := newStack(t), newWeb(t, answering(200, ""))
		s.put("work", claimKey, "{}")
		_, _, err := s.ask(w, with)
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", with, err)
		} else if c.want != "" {
			wantFailure(t, with, err, c.want, false)
		}
		if len(w.requests()) != c.asked {
			t.Errorf("%s: %q was asked", with, w.requests())
		}
	}
}

func TestAnotherAttemptIsAnotherRequest(t *testing.T) {
	s, w := newStack(t), newWeb(t, answering(200, ""))
	for attempt := 1; attempt <= 2; attempt++ {
		a := work(`{"url": "http://example.com/", "method": "POST"}`, step.Artifact{})
		a.Attempt = attempt
		if _, err := s.on(step.Web{Network: w}).Start(context.Background(), "http", a); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.requests()) != 2 {
		t.Errorf("%q was asked", w.requests())
	}
}

// failing is a bucket that fails to store one key.
type failing struct {
	*objects.Objects
	key string
}

var errStorage = errors.New("no storage")

func (f failing) Put(ctx context.Context, bucket, key string, body io.Reader, o objects.Options) error {
	if key == f.key {
		return errStorage
	}
	return f.Objects.Put(ctx, bucket, key, body, o)
}

func TestWithoutAPlaceForItNothingIsSentOrSaid(t *testing.T) {
	for key, asked := range map[string]int{claimKey: 0, resultKey: 1} {
		s, w := newStack(t), newWeb(t, answering(200, ""))
		runner := step.New(step.Dependencies{Objects: failing{s.objects, key}, WorkBucket: "work", Web: step.Web{Network: w}, Now: time.Now})
		_, err := runner.Start(context.Background(), "http", work(`{"url": "http://example.com/", "method": "POST"}`, step.Artifact{}))
		var failure *step.Failure
		if !errors.Is(err, errStorage) || errors.As(err, &failure) || len(w.requests()) != asked {
			t.Errorf("without %s: %v, %d requests", key, err, len(w.requests()))
		}
	}
	s, w := newStack(t), newWeb(t, answering(200, ""))
	runner := step.New(step.Dependencies{Objects: s.objects, WorkBucket: "none", Web: step.Web{Network: w}, Now: time.Now})
	_, err := runner.Start(context.Background(), "http", work(`{"url": "http://example.com/", "method": "PUT"}`, step.Artifact{}))
	if !errors.Is(err, pipeline.ErrNotFound) || len(w.requests()) != 0 {
		t.Errorf("without a bucket: %v, %d requests", err, len(w.requests()))
	}
}
