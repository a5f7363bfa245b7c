package stack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"slipway/infra/stack"
	"slipway/infra/template"
	"slipway/shared/platform"
)

var update = flag.Bool("update", false, "renew the golden template")

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// synthesized is the stack's normalised template for the platform file as
// shipped; starting CDK takes seconds, so all tests share it.
var synthesized = sync.OnceValues(func() ([]byte, error) {
	p, err := shippedPlatform()
	if err != nil {
		return nil, err
	}
	outdir, err := os.MkdirTemp("", "slipway-cdk-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(outdir)
	raw, err := stack.Synthesize(p, outdir)
	if err != nil {
		return nil, err
	}
	return template.Normalise(raw)
})

func shippedPlatform() (platform.Platform, error) { return readPlatform("../platform.yaml") }

func readPlatform(name string) (platform.Platform, error) {
	source, err := os.ReadFile(name)
	if err != nil {
		return platform.Platform{}, err
	}
	return platform.Parse(source)
}

func TestTemplateIsTheGoldenOne(t *testing.T) {
	got, err := synthesized()
	if err != nil {
		t.Fatal(err)
	}
	compareTemplate(t, "../template/slipway.template.json", got)
}

// compareTemplate compares a template with a golden file.
func compareTemplate(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the stack is not that of %s (renew it with make golden):\n%s", golden,
			cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")))
	}
}

func TestPlatformTooLargeForTheFunctionsIsRefused(t *testing.T) {
	p, err := shippedPlatform()
	if err != nil {
		t.Fatal(err)
	}
	p.Groups["crowd"] = strings.Split(strings.Repeat("somebody@example.com,", 200), ",")
	if _, err := stack.Synthesize(p, t.TempDir()); err == nil || !strings.Contains(err.Error(), "at most 3000") {
		t.Errorf("Synthesize = %v, want an error that tells the limit", err)
	}
}

func TestWhatCDKRefusesIsAnError(t *testing.T) {
	p, err := shippedPlatform()
	if err != nil {
		t.Fatal(err)
	}
	p.Sites = append(p.Sites, p.Sites[0])
	if _, err := stack.Synthesize(p, t.TempDir()); err == nil || !strings.Contains(err.Error(), "Site-storefront-site") {
		t.Errorf("Synthesize = %v, want an error that names the bucket declared twice", err)
	}
}

// A document is a template, as far as tests look at it.
type document struct {
	Resources map[string]resource
	Outputs   map[string]any
}

type resource struct {
	Type           string
	DeletionPolicy string
	DependsOn      []string
	Properties     map[string]any
}

func load(t *testing.T) document {
	t.Helper()
	text, err := synthesized()
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

func parse(t *testing.T, text []byte) document {
	t.Helper()
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// of returns the resources of a type by logical id, and fails the test when
// there is none: what is asserted of nothing holds.
func (d document) of(t *testing.T, kind string) map[string]resource {
	t.Helper()
	found := map[string]resource{}
	for id, r := range d.Resources {
		if r.Type == kind {
			found[id] = r
		}
	}
	if len(found) == 0 {
		t.Fatalf("the template has no %s", kind)
	}
	return found
}

// at returns the value under keys, nil when there is none. A number is an index.
func (r resource) at(keys ...any) any {
	var value any = r.Properties
	for _, key := range keys {
		switch v := value.(type) {
		case map[string]any:
			name, ok := key.(string)
			if !ok {
				return nil
			}
			value = v[name]
		case []any:
			i, ok := key.(int)
			if !ok || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// target returns the logical id that a Ref or Fn::GetAtt names, "" for anything else.
func target(value any) string {
	m, ok := value.(map[string]any)
	if !ok || len(m) != 1 {
		return ""
	}
	if ref, ok := m["Ref"].(string); ok {
		return ref
	}
	if path, ok := m["Fn::GetAtt"].([]any); ok && len(path) == 2 {
		id, _ := path[0].(string)
		return id
	}
	return ""
}
