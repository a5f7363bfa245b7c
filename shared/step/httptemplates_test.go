package step_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// resolveHTTP returns the parameters with value for the placeholder {V}.
func resolveHTTP(t *testing.T, with, value string) (map[string]any, error) {
	t.Helper()
	kind, _ := step.Lookup("http")
	resolved, err := step.Resolve(kind, json.RawMessage(with), map[string]string{"V": value})
	if err != nil {
		return nil, err
	}
	var p map[string]any
	if err := json.Unmarshal(resolved, &p); err != nil {
		t.Fatal(err)
	}
	return p, nil
}

func TestValuesInAURLArePercentEncoded(t *testing.T) {
	for value, want := range map[string]string{
		"1.4.0-beta.2+5": "1.4.0-beta.2%2B5", "a/b": "a%2Fb", "../x": "..%2Fx", "a b": "a%20b", "?x=1&y#z": "%3Fx%3D1%26y%23z",
		"ü": "%C3%BC", "100%": "100%25", "{V}": "%7BV%7D", "a\r\nb": "a%0D%0Ab", "~._-": "~._-", "": "", "@evil.example": "%40evil.example",
	} {
		p, err := resolveHTTP(t, `{"url": "https://example.com/a/{V}?b={V}"}`, value)
		if err != nil || p["url"] != "https://example.com/a/"+want+"?b="+want {
			t.Errorf("%q: %v, %v, want %s", value, p["url"], err, want)
		}
	}
}

func TestAVariableStandsForSchemeAndHost(t *testing.T) {
	for value, want := range map[string]string{
		"https://example.com":          "https://example.com/a?b=https%3A%2F%2Fexample.com",
		"http://127.0.0.1:8080/behind": "http://127.0.0.1:8080/behind/a?b=http%3A%2F%2F127.0.0.1%3A8080%2Fbehind",
	} {
		p, err := resolveHTTP(t, `{"url": "{V}/a?b={V}"}`, value)
		if err != nil || p["url"] != want {
			t.Errorf("%q: %v, %v, want %s", value, p["url"], err, want)
		}
	}
	p, err := resolveHTTP(t, `{"url": "{V}/a"}`, "example.com")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = newStack(t).ask(newWeb(t, answering(200, "")), `{"url": "`+p["url"].(string)+`"}`)
	wantFailure(t, "no scheme", err, `BadParameter: url: "example.com/a" is not a URL that a request can have; `, true)
}

func TestValuesElsewhereAreTakenAsTheyAre(t *testing.T) {
	p, err := resolveHTTP(t, `{"url": "https://example.com/", "method": "POST", "body": "{{\"v\": \"{V}\"}}", "headers": {"A": "{V}", "B": "{{"},
		"expect": {"status": "2xx", "body": "<{V}>", "headers": {"C": "{V}"}, "json": {"/{V}": "{V}", "/n": 1, "/z": null}}}`, `a/"b"`)
	want := `{"body":"{\"v\": \"a/\"b\"\"}","expect":{"body":"<a/\"b\">","headers":{"C":"a/\"b\""},"json":{"/n":1,"/z":null,"/{V}":"a/\"b\""},"status":"2xx"},` +
		`"headers":{"A":"a/\"b\"","B":"{"},"method":"POST","url":"https://example.com/"}`
	var got strings.Builder
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	if encoding := encoder.Encode(p); err != nil || encoding != nil || got.String() != want+"\n" {
		t.Errorf("resolved %s%v, want\n%s", &got, err, want)
	}
}

func TestBracesAndUnknownNamesAreRefused(t *testing.T) {
	for with, want := range map[string]string{
		`{"url": "https://example.com/{W}"}`:                                    "url: placeholder {W} is not known; the known ones are {V}: invalid",
		`{"url": "https://example.com/", "headers": {"A": "{W}"}}`:              "headers: placeholder {W} is not known; the known ones are {V}: invalid",
		`{"url": "https://example.com/", "expect": {"json": {"/a": "{W}"}}}`:    "expect: placeholder {W} is not known; the known ones are {V}: invalid",
		`{"url": "https://example.com/", "method": "PUT", "body": "{\"a\":1}"}`: `body: "{\"a\":1}" has a single brace that is no placeholder; write {name} for a placeholder, {{ or }} for a brace`,
		`{"url": "https://example.com/{{V}}"}`:                                  `url: "https://example.com/{{V}}" is not a URL that a request can have; `,
		`{"url": "https://example.com/%{V}1"}`:                                  `url: "https://example.com/%{V}1" is not a URL that a request can have; `,
		`{"url": "https://example.com{V}"}`:                                     `url: "https://example.com{V}" has a placeholder before the path; `,
		`{"url": "https://example.com:{V}/"}`:                                   `url: "https://example.com:{V}/" has a placeholder before the path; `,
		`{"url": "http{V}://example.com/"}`:                                     `url: "http{V}://example.com/" has a placeholder before the path; `,
		`{"url": "https://example.com/../{V}"}`:                                 `url: "https://example.com/../{V}" has the relative part ".."; `,
	} {
		if _, err := resolveHTTP(t, with, "v"); !errors.Is(err, pipeline.ErrInvalid) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", with, err, want)
		}
	}
}

func TestAValueThatIsARelativePartIsRefused(t *testing.T) {
	p, err := resolveHTTP(t, `{"url": "http://example.com/a/{V}/b"}`, "..")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = newStack(t).ask(newWeb(t, answering(200, "")), `{"url": "`+p["url"].(string)+`"}`)
	wantFailure(t, "..", err, `BadParameter: url: "http://example.com/a/../b" has the relative part ".."; give every part of the path a name`, true)
}

// FuzzURL holds that no value changes where a URL leads that says so itself: its
// server, the number of its segments and of its parameters stay.
func FuzzURL(f *testing.F) {
	for _, text := range []string{"https://example.com/{V}", "http://example.com:8080/a/{V}?b={V}&c=d", "https://[::1]/{V}", "https://{V}.example.com", "{V}", "//x/{V}"} {
		f.Add(text, "a/../b?c&d#e@f")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		with, err := json.Marshal(map[string]string{"url": text})
		if err != nil {
			t.Fatal(err)
		}
		plain, err := resolveHTTP(t, string(with), "v")
		if err != nil {
			return
		}
		if strings.HasPrefix(text, "{") { // the value is to say where it leads
			return
		}
		p, err := resolveHTTP(t, string(with), value)
		if err != nil {
			t.Fatalf("%q takes v and refuses %q: %v", text, value, err)
		}
		want, err := url.Parse(plain["url"].(string))
		if err != nil {
			t.Fatalf("%q is accepted: %v", text, err)
		}
		got, err := url.Parse(p["url"].(string))
		if err != nil {
			t.Fatalf("%q with %q: %v", text, value, err)
		}
		if got.Scheme != want.Scheme || got.Host != want.Host || got.Host == "" || got.User != nil || got.Fragment != "" ||
			strings.Count(got.EscapedPath(), "/") != strings.Count(want.EscapedPath(), "/") || strings.Count(got.RawQuery, "&") != strings.Count(want.RawQuery, "&") {
			t.Errorf("%q with %q leads to %s, with v to %s", text, value, got, want)
		}
	})
}
