package step_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// answerBody is what the server of these tests answers.
const answerBody = `{"version": "1.4.0", "count": 3, "ratio": 0.5, "ready": true, "none": null, "list": [{"a": "b"}, 7], "a/b": {"m~n": "odd"}, "": "empty"}`

func TestExpectations(t *testing.T) {
	const at = "ExpectationFailed: GET http://example.com/: "
	answer := func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Node"] = []string{"one", "two; primary"}
		answering(200, answerBody)(w, r)
	}
	for expect, want := range map[string]string{
		`{"status": 200}`:          "",
		`{"status": "2xx"}`:        "",
		`{"status": [404, "2xx"]}`: "",
		`{"status": [404, "5xx"]}`: "the status is 200, expected 404 or 5xx; ",

		`{"headers": {"x-node": "one"}}`:     "",
		`{"headers": {"x-node": "primary"}}`: "",
		`{"headers": {"x-node": "three"}}`:   `the header x-node is "one, two; primary", expected "three" in it; `,
		`{"headers": {"x-edge": "one"}}`:     `there is no header x-edge, expected "one" in it; `,

		`{"body": "\"1.4.0\""}`: "",
		`{"body": "1.5.0"}`:     `the body does not contain "1.5.0"; the body begins "{\"version\": \"1.4.0\", `,

		`{"json": {"/version": "1.4.0", "/count": 3, "/ratio": 5e-1, "/ready": true, "/none": null}}`: "",
		`{"json": {"/list/0/a": "b", "/list/1": 7.0, "/a~1b/m~0n": "odd", "/": "empty"}}`:             "",
		`{"json": {"/version": "1.5.0"}}`: `the value at "/version" is "1.4.0", expected "1.5.0"; `,
		`{"json": {"/count": "3"}}`:       `the value at "/count" is 3, expected "3"; `,
		`{"json": {"/version": 1.4}}`:     `the value at "/version" is "1.4.0", expected 1.4; `,
		`{"json": {"/count": 4}}`:         `the value at "/count" is 3, expected 4; `,
		`{"json": {"/ready": false}}`:     `the value at "/ready" is true, expected false; `,
		`{"json": {"/none": false}}`:      `the value at "/none" is null, expected false; `,
		`{"json": {"/version": null}}`:    `the value at "/version" is "1.4.0", expected null; `,
		`{"json": {"/list": "b"}}`:        `the value at "/list" is [{"a":"b"},7], expected "b"; `,
		`{"json": {"/missing": "b"}}`:     `the body has no value at "/missing", expected "b"; `,
		`{"json": {"/list/2": 1}}`:        `the body has no value at "/list/2", expected 1; `,
		`{"json": {"/list/01": 7}}`:       `the body has no value at "/list/01", expected 7; `,
		`{"json": {"/list/-1": 7}}`:       `the body has no value at "/list/-1", expected 7; `,
		`{"json": {"/list/-": 7}}`:        `the body has no value at "/list/-", expected 7; `,
		`{"json": {"/list/+1": 7}}`:       `the body has no value at "/list/+1", expected 7; `,
		`{"json": {"/count/0": 7}}`:       `the body has no value at "/count/0", expected 7; `,
	} {
		_, _, err := newStack(t).ask(newWeb(t, answer), `{"url": "http://example.com/", "expect": `+expect+`}`)
		if want == "" && err != nil {
			t.Errorf("%s: %v", expect, err)
		} else if want != "" {
			wantFailure(t, expect, err, at+want, false)
		}
	}
}

func TestNothingExpectedIsASuccess(t *testing.T) {
	for status, want := range map[int]string{200: "", 204: "", 299: "", 404: "ExpectationFailed: ", 503: "ExpectationFailed: "} {
		outcome, log, err := newStack(t).ask(newWeb(t, answering(status, "")), `{"url": "http://example.com/"}`)
		if want == "" && (err != nil || !outcome.Done) {
			t.Errorf("%d: %v", status, err)
		} else if want != "" {
			wantFailure(t, http.StatusText(status), err, want, false)
			if !strings.HasSuffix(log, err.Error()+"\n") {
				t.Errorf("%d: the log is %q", status, log)
			}
		}
	}
}

func TestWholeDocumentsAndNumbersOfAnySize(t *testing.T) {
	for body, c := range map[string]struct{ value, want string }{
		` "ready" `:            {`"ready"`, ""},
		`12345678901234567890`: {`12345678901234567890`, ""},
		`1e400`:                {`1e400`, ""},
		`1e401`:                {`1e400`, "the value at \"\" is 1e401, expected 1e400"},
		`1 2`:                  {`1`, "the body is not JSON: there is more after the value"},
		`[1]]`:                 {`1`, "the body is not JSON: "},
		`<html>`:               {`1`, "the body is not JSON: invalid character"},
		``:                     {`1`, "the body is not JSON: EOF"},
	} {
		_, _, err := newStack(t).ask(newWeb(t, answering(200, body)), `{"url": "http://example.com/", "expect": {"json": {"": `+c.value+`}}}`)
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", body, err)
		} else if c.want != "" {
			wantFailure(t, body, err, "ExpectationFailed: GET http://example.com/: "+c.want, false)
		}
	}
}

func TestALongAnswerIsToldByItsStart(t *testing.T) {
	for _, character := range []string{"z", "ü", "🚢", "\xff"} {
		_, _, err := newStack(t).ask(newWeb(t, answering(500, strings.Repeat(character, 1000))), `{"url": "http://example.com/"}`)
		if err == nil || strings.Count(err.Error(), strings.ToValidUTF8(character, "�")) > 201 || !strings.Contains(err.Error(), "…") {
			t.Errorf("%q: %v", character, err)
		}
	}
}

func TestAnOutputThatIsNotThereIsAnExpectationThatFailed(t *testing.T) {
	for body, want := range map[string]string{
		`{"a": 1}`: `ExpectationFailed: the body has no value at "/b" for the output b`,
		`no JSON`:  `ExpectationFailed: the body, of which outputs are taken, is not JSON: `,
	} {
		_, _, err := newStack(t).ask(newWeb(t, answering(200, body)), `{"url": "http://example.com/", "outputs": {"a": "/a", "b": "/b"}}`)
		wantFailure(t, body, err, want, false)
	}
}

// FuzzAnswer holds that no answer breaks the step, and that what it gives as an
// output is there to be expected.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{answerBody, `[]`, `{"a": {"b": [1, "x"]}}`, `"`, "\xff", `{"a": 1e999}`} {
		f.Add(body, "/a/b/1")
	}
	f.Add(answerBody, "/a~1b/m~0n")
	f.Fuzz(func(t *testing.T, body, pointer string) {
		s, w := newStack(t), newWeb(t, answering(200, body))
		with := func(more map[string]any) string {
			more["url"] = "http://example.com/"
			text, err := json.Marshal(more)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		outcome, _, err := s.ask(w, with(map[string]any{"outputs": map[string]string{"a": pointer}}))
		if err != nil {
			return
		}
		value := json.RawMessage(outcome.Outputs["a"])
		for _, expected := range []any{outcome.Outputs["a"], value} {
			if !json.Valid(value) && expected != any(outcome.Outputs["a"]) || strings.ContainsAny(string(value), "{[") {
				continue
			}
			if _, _, err = s.ask(w, with(map[string]any{"expect": map[string]any{"json": map[string]any{pointer: expected}}})); err == nil {
				return
			}
		}
		if !strings.ContainsAny(string(value), "{[") {
			t.Errorf("%q at %q is an output and can't be expected: %v", body, pointer, err)
		}
	})
}
