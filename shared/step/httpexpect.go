package step

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// httpExpectations are what an answer must be.
type httpExpectations struct {
	Status  httpStatuses                    `json:"status"`  // nil: 2xx
	Headers map[string]string               `json:"headers"` // texts that values contain, by name
	Body    string                          `json:"body"`    // a text that it contains
	JSON    map[jsonPointer]json.RawMessage `json:"json"`    // scalars
}

// httpStatuses are the status codes of an answer that is as expected: codes such as
// "204" and classes such as "2xx".
type httpStatuses []string

var httpStatusForm = regexp.MustCompile(`^([2-5][0-9][0-9]|"[2-5]xx")$`)

// UnmarshalJSON implements [json.Unmarshaler]: a number, a class, or a list of such.
func (s *httpStatuses) UnmarshalJSON(raw []byte) error {
	items := []json.RawMessage{raw}
	if strings.HasPrefix(string(raw), "[") {
		if err := json.Unmarshal(raw, &items); err != nil {
			return err
		}
	}
	for _, item := range items {
		if !httpStatusForm.Match(item) {
			return fmt.Errorf("status %.80s is neither a code from 200 to 599 nor a class such as 2xx", item)
		}
		*s = append(*s, strings.Trim(string(item), `"`))
	}
	return nil
}

// orDefault returns s, or what is expected where nothing is said.
func (s httpStatuses) orDefault() httpStatuses {
	if len(s) == 0 {
		return httpStatuses{"2xx"}
	}
	return s
}

func (s httpStatuses) include(code int) bool {
	return slices.Contains(s, fmt.Sprint(code)) || slices.Contains(s, fmt.Sprintf("%dxx", code/100))
}

// needsBody tells whether something is expected of the body.
func (e httpExpectations) needsBody() bool { return e.Body != "" || len(e.JSON) > 0 }

// check returns a problem with what no answer can be held against.
func (e httpExpectations) check() *Problem {
	if problem := checkHeaderNames("expect", e.Headers); problem != nil {
		return problem
	}
	for _, at := range slices.Sorted(maps.Keys(e.JSON)) {
		if problem := at.check("expect"); problem != nil {
			return problem
		}
		if strings.ContainsAny(string(e.JSON[at][0]), "{[") {
			return &Problem{"expect", fmt.Sprintf("the value at %q is an object or an array", string(at)), "expect single values: text, numbers, true, false or null"}
		}
	}
	return nil
}

// An httpAnswer is what a server answered.
type httpAnswer struct {
	code    int
	headers http.Header
	body    []byte // at most [maxHTTPAnswer] bytes of it
	whole   bool   // the body had no more
}

// unmet returns what e expects and a does not fulfil, for people; "" when it does.
func (e httpExpectations) unmet(a httpAnswer) string {
	if statuses := e.Status.orDefault(); !statuses.include(a.code) {
		redirect := ""
		if a.code/100 == 3 {
			redirect = " (a redirect, which is not followed)"
		}
		return fmt.Sprintf("the status is %d%s, expected %s", a.code, redirect, strings.Join(statuses, " or "))
	}
	for _, name := range slices.Sorted(maps.Keys(e.Headers)) {
		values := a.headers.Values(name)
		if len(values) == 0 {
			return fmt.Sprintf("there is no header %s, expected %s in it", name, excerpt(e.Headers[name]))
		}
		if !slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, e.Headers[name]) }) {
			return fmt.Sprintf("the header %s is %s, expected %s in it", name, excerpt(strings.Join(values, ", ")), excerpt(e.Headers[name]))
		}
	}
	if !strings.Contains(string(a.body), e.Body) {
		return fmt.Sprintf("the body does not contain %s", excerpt(e.Body))
	}
	if len(e.JSON) == 0 {
		return ""
	}
	document, err := decodeJSON(a.body)
	if err != nil {
		return fmt.Sprintf("the body is not JSON: %s", err)
	}
	return e.unmetJSON(document)
}

func (e httpExpectations) unmetJSON(document any) string {
	for _, at := range slices.Sorted(maps.Keys(e.JSON)) {
		expected, err := decodeJSON(e.JSON[at])
		if err != nil {
			return fmt.Sprintf("what is expected at %q is not JSON: %s", string(at), err)
		}
		found, ok := at.find(document)
		switch {
		case !ok:
			return fmt.Sprintf("the body has no value at %q, expected %s", string(at), cut(jsonOf(expected)))
		case !sameJSON(found, expected):
			return fmt.Sprintf("the value at %q is %s, expected %s", string(at), cut(jsonOf(found)), cut(jsonOf(expected)))
		}
	}
	return ""
}

// maxExcerpt is how much of what a server answered is told to people, in characters.
const maxExcerpt = 200

// cut returns the start of text.
func cut(text string) string {
	runes := []rune(text[:min(len(text), 4*(maxExcerpt+1))]) // a character has at most 4 bytes
	if len(runes) <= maxExcerpt {
		return text
	}
	return string(runes[:maxExcerpt]) + "…"
}

// excerpt returns the start of text in quotes, on one line.
func excerpt(text string) string { return fmt.Sprintf("%q", cut(text)) }
