package project_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/shared/pipeline"
	"slipway/shared/project"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

var update = flag.Bool("update", false, "write the golden files")

// fixtures returns the files that a pattern below testdata matches.
func fixtures(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures for %s: %v", pattern, err)
	}
	all := make(map[string][]byte, len(names))
	for _, name := range names {
		if all[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// golden compares got with the golden file beside a fixture.
func golden(t *testing.T, fixture, got string) {
	t.Helper()
	name := strings.TrimSuffix(fixture, ".yaml") + ".golden"
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", fixture, diff)
	}
}

func TestValidFilesParse(t *testing.T) {
	for name, source := range fixtures(t, "valid/*.yaml") {
		d, err := project.Parse(source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sum := sha256.Sum256(source)
		if !bytes.Equal(d.Source, source) || d.Digest != "sha256:"+hex.EncodeToString(sum[:]) {
			t.Errorf("%s: source or digest differ from the file's", name)
		}
		text, err := json.MarshalIndent(d.Project, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, string(text)+"\n")
	}
}

func TestInvalidFilesAreRefusedWithAllTheirProblems(t *testing.T) {
	for name, source := range fixtures(t, "invalid/*.yaml") {
		_, err := project.Parse(source)
		var problems project.Problems
		if !errors.As(err, &problems) || !errors.Is(err, pipeline.ErrInvalid) {
			t.Errorf("%s: Parse = %v, want problems", name, err)
			continue
		}
		golden(t, name, err.Error()+"\n")
	}
}

func TestParseKeepsWhatTheFileSays(t *testing.T) {
	d, err := project.Parse(fixtures(t, "valid/storefront.yaml")["testdata/valid/storefront.yaml"])
	if err != nil {
		t.Fatal(err)
	}
	p := d.Project
	channel := func(version string) string {
		c, _ := p.Channel(pipeline.MustVersion(version))
		return c.Name
	}
	for version, want := range map[string]string{"1.2.0": "stable", "1.2.0-beta.1": "beta", "1.2.0-rc.1": "", "0.9.0": ""} {
		if got := channel(version); got != want {
			t.Errorf("version %s is in channel %q, want %q", version, got, want)
		}
	}
	live := p.Lifecycles[0].Phases[2]
	want := pipeline.Phase{Name: "live", Environments: []string{"production"}, Entry: pipeline.EntryOnRequest,
		Approval: &pipeline.ApprovalPolicy{Quorum: 1, Approvers: []string{"release-managers"},
			Not: []pipeline.Exclusion{pipeline.ExcludeRequester, pipeline.ExcludeAuthor}, Timeout: 72 * time.Hour}}
	if diff := cmp.Diff(want, live); diff != "" {
		t.Errorf("phase live (-want +got):\n%s", diff)
	}
	smoke := pipeline.Step{Name: "smoke", Kind: "script", With: json.RawMessage(`{"package":"web","run":"./smoke.sh","shell":"bash"}`), Timeout: 5 * time.Minute, Retry: 2}
	if diff := cmp.Diff(smoke, p.Process[1]); diff != "" {
		t.Errorf("step smoke (-want +got):\n%s", diff)
	}
}

func TestAnUnknownStepKindIsRefusedWithThoseThatThereAre(t *testing.T) {
	_, err := project.Parse([]byte(strings.NewReplacer("PROJECT", "p", "PACKAGE", "p", "uses: script", "uses: scirpt").Replace(minimal)))
	want := `5:32: there is no step kind "scirpt"; did you mean "script"? the step kinds are ` + document.Enumerate(step.Names(), "and")
	if !errors.Is(err, pipeline.ErrInvalid) || err.Error() != want {
		t.Errorf("Parse = %v\nwant %s", err, want)
	}
}

func TestParseRefusesLongFiles(t *testing.T) {
	_, err := project.Parse(bytes.Repeat([]byte("#"), project.MaxSource+1))
	if !errors.Is(err, pipeline.ErrInvalid) || !strings.Contains(err.Error(), "262145 bytes") {
		t.Errorf("Parse = %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, source := range fixtures(f, "*/*.yaml") {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		d, err := project.Parse(source)
		if err != nil {
			if !errors.Is(err, pipeline.ErrInvalid) || err.Error() == "" {
				t.Fatalf("Parse = %v, want problems", err)
			}
			return
		}
		again, err := project.Parse(d.Source)
		if err != nil || !reflect.DeepEqual(again, d) {
			t.Fatalf("parsed again: %v\n%+v\n%+v", err, d, again)
		}
	})
}
