package step_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"slipway/shared/pipeline"
	"slipway/shared/step"
)

func TestExpandReplacesPlaceholdersOnce(t *testing.T) {
	values := map[string]string{"environment": "dev", "brace": "{environment}", "empty": ""}
	for text, want := range map[string]string{
		"": "", "plain": "plain", "{environment}/": "dev/", "{{environment}}": "{environment}", "{{{environment}}}": "{dev}",
		"{brace}": "{environment}", "a{empty}b": "ab", "{{": "{", "}}": "}",
	} {
		if got, err := step.Expand(text, values); err != nil || got != want {
			t.Errorf("Expand(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"{nobody}": "placeholder {nobody} is not known", "{": "single '{'", "a}b": "single '}'", "{a b}": "single '{'", "{}": "single '{'", "{environment": "single '{'",
	} {
		if _, err := step.Expand(text, values); !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("Expand(%q) = %v, want %q", text, err, want)
		}
	}
}

func TestPlaceholdersAreNamedOnce(t *testing.T) {
	if got, err := step.Placeholders("{b}{a}{{c}}{b}"); err != nil || !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("Placeholders = %q, %v", got, err)
	}
}

func TestResolveTouchesTemplatesAlone(t *testing.T) {
	values := map[string]string{"environment": "dev"}
	for _, c := range []struct{ kind, with, want string }{
		{"s3-site", `{"package":"web","bucket":"site","prefix":"{environment}/"}`, `{"bucket":"site","package":"web","prefix":"dev/"}`},
		{"alarm", `{"alarms":"{environment}-errors"}`, `{"alarms":"dev-errors"}`},
		{"alarm", `{"alarms":["errors","{environment}-errors","{{"],"for":"1m"}`, `{"alarms":["errors","dev-errors","{"],"for":"1m"}`},
		{"lambda", `{"package":"api","function":"{environment}-api","alias":"live","alarms":["x-{environment}"]}`, `{"alarms":["x-dev"],"alias":"live","function":"dev-api","package":"api"}`},
		{"automation", `{"document":"AWS-StopEC2Instance","parameters":{"A":"{environment}","B":["{environment}","b"],"C":[]}}`,
			`{"document":"AWS-StopEC2Instance","parameters":{"A":"dev","B":["dev","b"],"C":[]}}`},
		{"restore", `{"resource":{"type":"dynamodb","name":"{environment}-orders"},"vault":"v","role":"r"}`,
			`{"recovery-point":"latest","resource":{"name":"dev-orders","type":"dynamodb"},"role":"r","vault":"v"}`},
		{"script", `{"run":"echo ${HOME} {environment}"}`, `{"run":"echo ${HOME} {environment}"}`},
	} {
		kind, _ := step.Lookup(c.kind)
		if got, err := step.Resolve(kind, json.RawMessage(c.with), values); err != nil || string(got) != c.want {
			t.Errorf("Resolve = %s, %v, want %s", got, err, c.want)
		}
	}
	kind, _ := step.Lookup("s3-site")
	_, err := step.Resolve(kind, json.RawMessage(`{"package":"web","bucket":"{SITE}","prefix":"p/"}`), values)
	if !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(err.Error(), "bucket: placeholder {SITE} is not known; the known ones are {environment}") {
		t.Errorf("Resolve = %v", err)
	}
}

// FuzzExpand holds that what Placeholders accepts, Expand replaces once all names have values.
func FuzzExpand(f *testing.F) {
	for _, text := range []string{"", "{a}/", "{{a}}", "{", "}{", "{a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := step.Placeholders(text)
		if err != nil {
			return
		}
		values := map[string]string{}
		for _, name := range names {
			values[name] = "{" + name + "}"
		}
		if _, err := step.Expand(text, values); err != nil {
			t.Errorf("Expand(%q) = %v", text, err)
		}
	})
}
