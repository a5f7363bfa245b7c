package dialogue

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// An Answer is what of a response is compared.
type Answer struct {
	Status int `json:"status"`
	// Headers are those that the table looks at, by name in lower case.
	Headers map[string]string `json:"headers,omitempty"`
	// Body is a text; of XML and JSON, maps, lists and texts. Elements that are empty
	// are left out.
	Body any `json:"body,omitempty"`
}

// A View tells what of a response belongs to the answer.
type View struct {
	// Headers are the names of the headers that belong to it, in lower case; one that
	// ends in "*" stands for all that begin so.
	Headers []string
	// Volatile are the names of elements, members and headers whose values are another
	// at each time, so that only their presence counts.
	Volatile []string
	// Passing are the names of elements and members that don't count at all.
	Passing []string
}

// answer returns what v sees of a response with the given body. Of the answer to a
// HEAD the length counts too, which is that of a body that doesn't travel.
func (v View) answer(r *http.Response, raw []byte, kept keepsakes) *Answer {
	a := &Answer{Status: r.StatusCode, Headers: map[string]string{}}
	for name, values := range r.Header {
		lower := strings.ToLower(name)
		if v.looksAt(lower) || lower == "content-length" && r.Request.Method == http.MethodHead && r.StatusCode < 300 {
			value := origin.ReplaceAllString(kept.named(strings.Join(values, ",")), "")
			a.Headers[lower] = v.masked(lower, value)
		}
	}
	a.Body = kept.renamed(v.body(raw))
	return a
}

func (v View) looksAt(header string) bool {
	return slices.ContainsFunc(v.Headers, func(known string) bool {
		start, open := strings.CutSuffix(known, "*")
		return known == header || open && strings.HasPrefix(header, start)
	})
}

// origin is what of an address tells no more than where the service is.
var origin = regexp.MustCompile(`^https?://(127\.0\.0\.1|localhost|[a-z0-9]+\.local(host)?)(:\d+)?`)

// moment is a time as services write it.
var moment = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$`)

// masked returns the value of the given name, or what stands for it.
func (v View) masked(name, value string) string {
	switch {
	case slices.Contains(v.Volatile, name) && value != "":
		return "<" + name + ">"
	case moment.MatchString(value):
		return "<time>"
	}
	return value
}
