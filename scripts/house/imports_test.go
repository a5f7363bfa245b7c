// Package house holds the rules of the house: what may import what, and which
// files go together.
package house_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A rule says what packages may not import.
type rule struct {
	of      string // packages whose path begins so
	not     string // must not import packages whose path begins so
	except  []string
	because string
}

func rules() []rule {
	return []rule{
		{"slipway/events", "slipway/", []string{"slipway/events"}, "events stand by themselves"},
		{"slipway/shared/pipeline", "slipway/", []string{"slipway/events", "slipway/shared/pipeline"}, "the domain knows events only"},
		{"slipway/shared/pipeline", "github.com/aws/", nil, "the domain knows nothing of AWS"},
		{"slipway/shared/gate", "github.com/aws/", nil, "gates are domain rules"},
		{"slipway/shared/schedule", "github.com/aws/", nil, "schedules are domain rules"},
		{"slipway/shared/pattern", "slipway/", nil, "event patterns stand by themselves"},
		{"slipway/shared/pattern", "github.com/aws/", nil, "event patterns are domain rules"},
		{"slipway/shared/", "slipway/functions", nil, "functions stand on shared, not the other way round"},
		{"slipway/shared/", "slipway/infra", nil, "shared knows nothing of the stack"},
		{"slipway/functions", "slipway/infra", nil, "functions know nothing of the stack"},
		{"slipway/functions/", "github.com/aws/aws-sdk-go-v2", []string{"slipway/functions/lambda"}, "handlers see the domain and small interfaces"},
		{"slipway/", "github.com/aws/aws-cdk-go", []string{"slipway/infra", "slipway/infra/stack"}, "only the stack links CDK"},
		{"slipway/", "github.com/aws/jsii-runtime-go", []string{"slipway/infra", "slipway/infra/stack"}, "only the stack links CDK"},
		{"slipway/", "github.com/aws/aws-xray-sdk-go", []string{"slipway/shared/cloud"}, "cloud alone knows X-Ray"},
		{"slipway/shared/", "github.com/aws/aws-sdk-go-v2/service", []string{"slipway/shared/accounts", "slipway/shared/bus", "slipway/shared/cloud", "slipway/shared/executions",
			"slipway/shared/images", "slipway/shared/objects", "slipway/shared/step", "slipway/shared/table", "slipway/shared/timer", "slipway/shared/trigger"}, "the SDK is behind the adapters"},
	}
}

// A goPackage is a package as go list tells it.
type goPackage struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []goPackage {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", "slipway/...")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

func TestImportsRunOneWay(t *testing.T) {
	packages := list(t)
	if len(packages) < 20 {
		t.Fatalf("go list found %d packages", len(packages))
	}
	for _, r := range rules() {
		applied := false
		for _, p := range packages {
			if !strings.HasPrefix(p.ImportPath, r.of) {
				continue
			}
			applied = true
			if slices.Contains(r.except, p.ImportPath) && strings.HasPrefix(r.not, "github.com/") {
				continue
			}
			for _, imported := range p.Imports {
				if strings.HasPrefix(imported, r.not) && !slices.Contains(r.except, imported) && imported != p.ImportPath {
					t.Errorf("%s imports %s, but %s", p.ImportPath, imported, r.because)
				}
			}
		}
		if !applied {
			t.Errorf("no package begins with %s: mend the rule", r.of)
		}
	}
}
