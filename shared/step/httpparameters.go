package step

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// httpParameters are the parameters of [httpRequest].
type httpParameters struct {
	URL          string            `json:"url"`
	Method       string            `json:"method"`
	Headers      map[string]string `json:"headers"`
	Body         string            `json:"body"`
	Expect       httpExpectations  `json:"expect"`
	Until        httpDuration      `json:"until"` // 0: ask once
	Every        httpDuration      `json:"every"`
	Repeatable   *bool             `json:"repeatable"` // nil: as the method has it
	AllowPrivate bool              `json:"allow-private"`
	Outputs      pointedOutputs    `json:"outputs"`
}

// defaultEvery is the time between requests that are repeated.
const defaultEvery = httpDuration(10 * time.Second)

// maxHTTPBody is the longest body of a request, in bytes.
const maxHTTPBody = 64 << 10

// parseHTTP reads the parameters and checks what holds with placeholders and without.
func parseHTTP(with json.RawMessage) (httpParameters, *Problem) {
	p := httpParameters{Method: http.MethodGet}
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	if p.Every > 0 && p.Until == 0 {
		return p, &Problem{"every", "has no meaning without until", "add until: and how long to keep asking, such as 5m"}
	}
	if p.Every == 0 {
		p.Every = defaultEvery
	}
	for _, check := range []func() *Problem{p.checkRequest, p.checkHeaders, p.Expect.check, p.checkAnswer, p.checkOutputs} {
		if problem := check(); problem != nil {
			return p, problem
		}
	}
	return p, nil
}

func (p httpParameters) checkRequest() *Problem {
	methods := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	switch {
	case p.URL == "":
		return &Problem{"url", "is missing", "write where the request goes, such as https://example.com/health"}
	case !slices.Contains(methods, p.Method):
		return &Problem{"method", fmt.Sprintf("%q is not one of the methods", p.Method), "write one of " + strings.Join(methods, ", ")}
	case p.Body != "" && p.safe():
		return &Problem{"body", "is not for the method " + p.Method, "leave it out, or choose another method"}
	case len(p.Body) > maxHTTPBody:
		return &Problem{"body", fmt.Sprintf("has %d bytes", len(p.Body)), fmt.Sprintf("keep it within %d", maxHTTPBody)}
	}
	return nil
}

// headerName is a token of RFC 9110, section 5.6.2.
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$")

// ownHeaders returns the headers that the request has by itself, those of the
// connection, and the one that names the attempt.
func ownHeaders() []string {
	return []string{"Connection", "Content-Length", "Expect", "Host", "Idempotency-Key", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}
}

func (p httpParameters) checkHeaders() *Problem {
	if problem := checkHeaderNames("headers", p.Headers); problem != nil {
		return problem
	}
	for _, name := range slices.Sorted(maps.Keys(p.Headers)) {
		if slices.Contains(ownHeaders(), http.CanonicalHeaderKey(name)) {
			return &Problem{"headers", name + " is not yours to set", "leave it out: the request has it by itself or must not have it"}
		}
	}
	return nil
}

// checkHeaderNames returns a problem with names that are no header's, or the same header's.
func checkHeaderNames(key string, headers map[string]string) *Problem {
	known := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if !headerName.MatchString(name) {
			return &Problem{key, fmt.Sprintf("%.80q is not a header's name", name), "write a name such as Content-Type"}
		}
		same := http.CanonicalHeaderKey(name)
		if other, twice := known[same]; twice {
			return &Problem{key, fmt.Sprintf("%s and %s are the same header", other, name), "write it once"}
		}
		known[same] = name
	}
	return nil
}

// checkAnswer refuses what asks for a body of an answer that has none.
func (p httpParameters) checkAnswer() *Problem {
	if p.Method != http.MethodHead {
		return nil
	}
	const remedy = "leave it out, or use the method GET"
	switch {
	case p.Expect.needsBody():
		return &Problem{"expect", "asks for a body, and an answer to HEAD has none", remedy}
	case len(p.Outputs) > 0:
		return &Problem{"outputs", "are of a body, and an answer to HEAD has none", remedy}
	}
	return nil
}

// safe tells whether the method asks for no effect, per RFC 9110, section 9.2.1.
func (p httpParameters) safe() bool { return p.Method == http.MethodGet || p.Method == http.MethodHead }

// repeatable tells whether a request that may have been received may be sent again;
// by default, if the method is idempotent, per RFC 9110, section 9.2.2.
func (p httpParameters) repeatable() bool {
	if p.Repeatable != nil {
		return *p.Repeatable
	}
	return p.Method != http.MethodPost && p.Method != http.MethodPatch
}

// needsBody tells whether the answer's body is looked at.
func (p httpParameters) needsBody() bool { return p.Expect.needsBody() || len(p.Outputs) > 0 }

// httpDuration is a duration of the project file of at most [MaxHTTPTimeout].
type httpDuration time.Duration

// httpDurationForm is the form of such durations; the schema has the same.
var httpDurationForm = regexp.MustCompile(`^(([0-9]|1[0-3])m([0-5]?[0-9]s)?|14m|[1-9][0-9]?s|[1-7][0-9]{2}s|8[0-3][0-9]s|840s)$`)

// UnmarshalJSON implements [json.Unmarshaler].
func (d *httpDuration) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed <= 0 || !httpDurationForm.MatchString(text) {
		return fmt.Errorf("%q is not a duration of at most 14m, such as 30s, 5m or 1m30s", text)
	}
	*d = httpDuration(parsed)
	return nil
}
