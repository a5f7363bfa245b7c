package step

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// templates returns the texts of p that may hold placeholders.
func (p httpParameters) templates() []Template {
	all := []Template{{Key: "url", Text: p.URL, Escape: percentEncode}}
	if p.Body != "" {
		all = append(all, Template{Key: "body", Text: p.Body})
	}
	all = append(all, textsOf("headers", p.Headers)...)
	if p.Expect.Body != "" {
		all = append(all, Template{Key: "expect", Text: p.Expect.Body, Within: []string{"body"}})
	}
	all = append(all, textsOf("expect", p.Expect.Headers, "headers")...)
	return append(all, textsOf("expect", p.Expect.texts(), "json")...)
}

// textsOf returns a template for each of the texts, which are in the member key at
// the end of the way within, sorted by name.
func textsOf(key string, texts map[string]string, within ...string) []Template {
	var all []Template
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		all = append(all, Template{Key: key, Text: texts[name], Within: append(slices.Clone(within), name)})
	}
	return all
}

// texts returns those of the expected JSON values that are text.
func (e httpExpectations) texts() map[string]string {
	texts := map[string]string{}
	for at, raw := range e.JSON {
		var text string
		if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
			texts[string(at)] = text
		}
	}
	return texts
}

// percentEncode encodes every byte of value but the unreserved characters of RFC
// 3986, section 2.3, so that it means itself in a path and in a query: a value adds
// no segment, no parameter and no fragment.
func percentEncode(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

// httpURL is the form of a URL without placeholders: an ASCII host or an IPv6
// address in brackets, maybe a port, and the characters of RFC 3986 after it.
var httpURL = regexp.MustCompile(`^https?://([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?$`)

// maxURL is the longest URL, in bytes; servers commonly take no longer ones.
const maxURL = 8192

// checkURLTemplate returns a problem with a URL that may hold placeholders: one that
// stands for scheme, host and all before the path, and others in path and query. Part
// of a host can't be one: who reads the file must see where the request goes.
func checkURLTemplate(text string) *Problem {
	const base = "https://example.com" // in place of a value that depends on the environment
	if placeholder, rest := leadingPlaceholder(text); placeholder != "" && (rest == "" || strings.ContainsAny(rest[:1], "/?")) {
		return checkURLTemplate(base + rest)
	}
	_, rest, _ := strings.Cut(text, "://")
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	if strings.ContainsAny(strings.TrimSuffix(text, rest)+host, "{}") {
		return &Problem{"url", fmt.Sprintf("%.200q has a placeholder before the path", text), "write http:// or https:// and the host as they are, or one placeholder for all of it, as in {API_URL}/health"}
	}
	plain, err := substitute(text, func(string) (string, error) { return "x", nil })
	if err != nil {
		return &Problem{"url", fmt.Sprintf("%.80q has a single brace that is no placeholder", text), "write {name} for a placeholder"}
	}
	return checkURL(plain, text)
}

// checkURL returns a problem with a URL without placeholders, which the message calls shown.
func checkURL(text, shown string) *Problem {
	const remedy = "write a URL such as https://example.com/health?deep=1: http or https, a host, no user, no \"#\", other characters percent-encoded"
	u, err := url.Parse(text)
	switch {
	case len(text) > maxURL:
		return &Problem{"url", fmt.Sprintf("has %d bytes", len(text)), fmt.Sprintf("keep it within %d", maxURL)}
	case err != nil || !httpURL.MatchString(text) || len(u.Port()) == 5 && u.Port() > "65535":
		return &Problem{"url", fmt.Sprintf("%.200q is not a URL that a request can have", shown), remedy}
	}
	for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
		if plain, err := url.PathUnescape(segment); err != nil || plain == "." || plain == ".." {
			return &Problem{"url", fmt.Sprintf("%.200q has the relative part %q", shown, segment), "give every part of the path a name"}
		}
	}
	return nil
}

// checkResolved checks what holds only once the placeholders are resolved.
func (p httpParameters) checkResolved() *Problem {
	shown, _, _ := strings.Cut(p.URL, "?") // values in the query are nobody's business
	if problem := checkURL(p.URL, shown); problem != nil {
		return problem
	}
	for _, name := range slices.Sorted(maps.Keys(p.Headers)) {
		if strings.ContainsFunc(p.Headers[name], func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
			return &Problem{"headers", "the value of " + name + " holds a control character", "write a header value such as application/json"}
		}
	}
	return nil
}
