package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"slipway/functions/api"
	"slipway/shared/pipeline"
)

func TestAFormAsksForWhatIsRequiredAndMissing(t *testing.T) {
	prompts := []api.Prompt{
		{Name: "REASON", Label: "Why", Required: true},
		{Name: "NOTE", Default: "none"},
		{Name: "MODE", Label: "How", Required: true, Options: []string{"soft", "hard"}},
	}
	const reason, mode = "REASON (Why): ", "MODE (How) [soft, hard]: "
	for _, test := range []struct {
		name  string
		given map[string]string
		typed string
		asked string
		want  map[string]string
	}{
		{"all", nil, "it hangs\nhard\n", reason + mode, map[string]string{"REASON": "it hangs", "MODE": "hard"}},
		{"the rest", map[string]string{"REASON": "a"}, "soft", mode, map[string]string{"REASON": "a", "MODE": "soft"}},
		{"again until it is taken", map[string]string{"REASON": "a"}, "\r\nloud\r\nsoft\r\n", mode + mode + mode, map[string]string{"REASON": "a", "MODE": "soft"}},
		{"nothing", map[string]string{"REASON": "", "MODE": "loud"}, "", "", map[string]string{"REASON": "", "MODE": "loud"}},
		{"nobody", nil, "", reason, map[string]string{}},
		{"somebody who leaves", nil, "a\n\nloud", reason + mode + mode + mode, map[string]string{"REASON": "a"}},
	} {
		values := map[string]string{}
		maps.Copy(values, test.given)
		var out strings.Builder
		f := &form{in: strings.NewReader(test.typed), out: &out}
		if err := f.fill(t.Context(), prompts, values); err != nil || out.String() != test.asked || !maps.Equal(values, test.want) {
			t.Errorf("%s: asked %q and got %v (%v), want %q and %v", test.name, &out, values, err, test.asked, test.want)
		}
	}
}

func TestAQuestionEndsWithItsCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, typed := io.Pipe()
		defer typed.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(io.ErrClosedPipe)
		f := &form{in: in, out: io.Discard}
		if err := f.fill(ctx, []api.Prompt{{Name: "REASON", Required: true}}, map[string]string{}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("fill = %v", err)
		}
	})
}

func TestOnlyATerminalIsAsked(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Open("form_test.go")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, in := range []io.Reader{null, file, strings.NewReader("")} {
		if isTerminal(in) {
			t.Errorf("%v is taken for a terminal", in)
		}
	}
}

func TestValuesHaveNames(t *testing.T) {
	got, err := parseValues([]string{"A=b=c", "EMPTY="})
	if want := map[string]string{"A": "b=c", "EMPTY": ""}; err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for _, wrong := range [][]string{{"A"}, {"A=b", "A=b"}} {
		if _, err := parseValues(wrong); !errors.Is(err, pipeline.ErrInvalid) {
			t.Errorf("parseValues(%q) = %v", wrong, err)
		}
	}
}
