package accounts_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"slipway/shared/accounts"
	"slipway/shared/step"
)

// A fakeSTS answers AssumeRole, as a transport.
type fakeSTS struct {
	now    time.Time
	denied string  // the code of the error to answer with; "" for none
	asked  []asked // in order
	status int     // of an error
	empty  bool    // answers without credentials
}

// asked is one request.
type asked struct {
	host, access string
	form         url.Values
}

var accessKey = regexp.MustCompile(`Credential=([^/]+)/[0-9]+/([^/]+)/`)

// Do implements [aws.HTTPClient].
func (s *fakeSTS) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	signed := accessKey.FindStringSubmatch(r.Header.Get("Authorization"))
	s.asked = append(s.asked, asked{r.URL.Host, signed[1] + " " + signed[2], form})
	status, text := http.StatusOK, fmt.Sprintf(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
		<AccessKeyId>ASIA%d</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>%s</Expiration>
		</Credentials></AssumeRoleResult></AssumeRoleResponse>`, len(s.asked), s.now.Add(15*time.Minute).Format(time.RFC3339))
	switch {
	case s.denied != "":
		status, text = s.status, `<ErrorResponse><Error><Type>Sender</Type><Code>`+s.denied+`</Code><Message>it is not to be</Message></Error></ErrorResponse>`
	case s.empty:
		text = `<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(bytes.NewBufferString(text)), Request: r}, nil
}

// hub returns access to places for the installation in account 000000000000.
func hub(s *fakeSTS, network *http.Client) *accounts.Accounts {
	c := aws.Config{Region: "us-east-1", HTTPClient: s, Credentials: credentials.NewStaticCredentialsProvider("HUB", "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} }}
	return accounts.New(c, "000000000000", "aws", network, func() time.Time { return s.now })
}

func newSTS() *fakeSTS { return &fakeSTS{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func work(t step.Target) step.Work {
	return step.Work{Execution: "storefront_12_production_1", Project: "storefront", Environment: "production", Step: "site", Target: t}
}

func access(t *testing.T, c aws.Config) string {
	t.Helper()
	taken, err := c.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return taken.AccessKeyID
}

func TestPlacesWithoutRoleAreReachedWithTheRightsOfTheInstallation(t *testing.T) {
	for name, c := range map[string]struct {
		target                   step.Target
		region, endpoint, access string
	}{
		"its own":           {step.Target{}, "us-east-1", "", "HUB"},
		"its own account":   {step.Target{Account: "000000000000"}, "us-east-1", "", "HUB"},
		"another Region":    {step.Target{Region: "eu-west-1"}, "eu-west-1", "", "HUB"},
		"an endpoint":       {step.Target{Endpoint: "http://localhost:5000/"}, "us-east-1", "http://localhost:5000", "slipway"},
		"an account at one": {step.Target{Account: "111122223333", Region: "eu-west-1", Endpoint: "http://localhost:5000"}, "eu-west-1", "http://localhost:5000", "slipway"},
	} {
		s := newSTS()
		got, err := hub(s, nil).Config(t.Context(), work(c.target))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Region != c.region || aws.ToString(got.BaseEndpoint) != c.endpoint || access(t, got) != c.access || len(s.asked) != 0 {
			t.Errorf("%s: Region %s, endpoint %s, access key %s after %d requests", name, got.Region, aws.ToString(got.BaseEndpoint), access(t, got), len(s.asked))
		}
	}
}

func TestRolesAreTakenWithExternalIDAndTags(t *testing.T) {
	s := newSTS()
	c, err := hub(s, nil).Config(t.Context(), work(step.Target{Account: "111122223333", Region: "eu-central-1", Role: "deploy"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Region != "eu-central-1" || access(t, c) != "ASIA1" || len(s.asked) != 1 {
		t.Fatalf("Region %s, access key %s after %d requests", c.Region, access(t, c), len(s.asked))
	}
	got := s.asked[0]
	if got.host != "sts.us-east-1.amazonaws.com" || got.access != "HUB us-east-1" {
		t.Errorf("asked %s, signed by %s", got.host, got.access)
	}
	for key, want := range map[string]string{
		"RoleArn": "arn:aws:iam::111122223333:role/deploy", "RoleSessionName": "storefront_12_production_1",
		"ExternalId": "Slipway/production", "DurationSeconds": "900",
		"Tags.member.1.Key": "environment", "Tags.member.1.Value": "production",
		"Tags.member.2.Key": "execution", "Tags.member.2.Value": "storefront_12_production_1",
		"Tags.member.3.Key": "project", "Tags.member.3.Value": "storefront",
		"Tags.member.4.Key": "step", "Tags.member.4.Value": "site",
		"TransitiveTagKeys.member.1": "",
	} {
		if got.form.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, got.form.Get(key), want)
		}
	}
}

func TestARoleWithoutAccountIsOneOfTheInstallationsOwn(t *testing.T) {
	s := newSTS()
	if _, err := hub(s, nil).Config(t.Context(), work(step.Target{Role: "deploy"})); err != nil {
		t.Fatal(err)
	}
	if got := s.asked[0].form.Get("RoleArn"); got != "arn:aws:iam::000000000000:role/deploy" {
		t.Errorf("role %s", got)
	}
}

func TestCredentialsAreKeptUntilShortlyBeforeTheirEnd(t *testing.T) {
	s := newSTS()
	a, w := hub(s, nil), work(step.Target{Role: "deploy"})
	c, err := a.Config(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(9 * time.Minute)
	if again, err := a.Config(t.Context(), w); err != nil || access(t, again) != "ASIA1" || access(t, c) != "ASIA1" {
		t.Errorf("after 9 minutes: %v", err)
	}
	s.now = s.now.Add(time.Minute)
	if got := access(t, c); got != "ASIA2" {
		t.Errorf("after 10 minutes, the clients use %s", got)
	}
	w.Step = "other"
	if other, err := a.Config(t.Context(), w); err != nil || access(t, other) != "ASIA3" {
		t.Errorf("another step shares the session: %v", err)
	}
}

func TestEndpointsAreReachedOverTheNetwork(t *testing.T) {
	engines, network := newSTS(), newSTS()
	a := hub(engines, &http.Client{Transport: roundTripper{network}})
	c, err := a.Config(t.Context(), work(step.Target{Endpoint: "http://localhost:5000", Role: "deploy"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(engines.asked) != 0 || len(network.asked) != 1 || network.asked[0].host != "localhost:5000" || network.asked[0].access != "slipway us-east-1" {
		t.Errorf("asked the engines %v, the network %v", engines.asked, network.asked)
	}
	if c.HTTPClient == aws.HTTPClient(engines) || access(t, c) != "ASIA1" {
		t.Error("what acts at the endpoint does so in the engines, or without the role")
	}
	if c, err = a.Config(t.Context(), work(step.Target{})); err != nil || c.HTTPClient != aws.HTTPClient(engines) {
		t.Errorf("what acts in AWS's place does so over the network: %v", err)
	}
}

type roundTripper struct{ aws.HTTPClient }

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r.Do(request) }

func TestARoleThatRefusesFailsTheStepForGood(t *testing.T) {
	for code, name := range map[string]string{"AccessDenied": "RoleRefused", "RegionDisabledException": "RoleUnusable", "PackedPolicyTooLarge": "RoleUnusable"} {
		s := newSTS()
		s.denied, s.status = code, http.StatusForbidden
		_, err := hub(s, nil).Config(t.Context(), work(step.Target{Account: "111122223333", Role: "deploy"}))
		var failure *step.Failure
		if !errors.As(err, &failure) || !failure.Permanent || failure.Name != name {
			t.Errorf("%s: %v", code, err)
			continue
		}
		for _, part := range []string{"arn:aws:iam::111122223333:role/deploy", "environment production", "it is not to be"} {
			if !strings.Contains(failure.Cause, part) {
				t.Errorf("%s: %q doesn't say %q", code, failure.Cause, part)
			}
		}
	}
}

func TestAnAccountWithoutRoleFailsTheStepForGood(t *testing.T) {
	_, err := hub(newSTS(), nil).Config(t.Context(), work(step.Target{Account: "111122223333"}))
	var failure *step.Failure
	if !errors.As(err, &failure) || !failure.Permanent || failure.Name != "NoRole" {
		t.Errorf("Config = %v", err)
	}
}

func TestWhatSaysNothingOfTheRoleIsToBeRepeated(t *testing.T) {
	throttled, empty := newSTS(), newSTS()
	throttled.denied, throttled.status = "Throttling", http.StatusBadRequest
	empty.empty = true
	for name, s := range map[string]*fakeSTS{"throttled": throttled, "without credentials": empty} {
		_, err := hub(s, nil).Config(t.Context(), work(step.Target{Role: "deploy"}))
		var failure *step.Failure
		if err == nil || errors.As(err, &failure) || !strings.Contains(err.Error(), "role/deploy") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var (
	sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)                  // STS API reference, "AssumeRole"
	tagValue    = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$`) // STS API reference, "Tag"
)

func TestLongExecutionsHaveSessionsOfTheirOwn(t *testing.T) {
	names := map[string]bool{}
	long := strings.Repeat("x", 70)
	for _, execution := range []string{"", "a", long + "1", long + "2"} {
		s := newSTS()
		w := work(step.Target{Role: "deploy"})
		w.Execution = execution
		if _, err := hub(s, nil).Config(context.Background(), w); err != nil {
			t.Fatal(err)
		}
		name := s.asked[0].form.Get("RoleSessionName")
		if !sessionName.MatchString(name) || names[name] {
			t.Errorf("execution %q has the session %q", execution, name)
		}
		names[name] = true
	}
}

func FuzzSession(f *testing.F) {
	f.Add("storefront_12_production_1", "site")
	f.Add(strings.Repeat("é", 300), "a b\nc*")
	f.Fuzz(func(t *testing.T, execution, stepName string) {
		s := newSTS()
		w := work(step.Target{Role: "deploy"})
		w.Execution, w.Step = execution, stepName
		if _, err := hub(s, nil).Config(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		form := s.asked[0].form
		if name := form.Get("RoleSessionName"); !sessionName.MatchString(name) {
			t.Errorf("session name %q", name)
		}
		for _, key := range []string{"Tags.member.2.Value", "Tags.member.4.Value"} {
			if !tagValue.MatchString(form.Get(key)) {
				t.Errorf("tag %q", form.Get(key))
			}
		}
	})
}
