package pipeline_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"slipway/events"
	"slipway/shared/pipeline"
)

// schemas compiles the schemas of all events once.
var schemas = sync.OnceValue(func() map[string]*jsonschema.Schema {
	all := map[string]*jsonschema.Schema{}
	for _, e := range events.All() {
		source, _ := events.Schema(e.Type())
		raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
		if err != nil {
			panic(err)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource(e.Type(), raw); err != nil {
			panic(err)
		}
		all[e.Type()] = compiler.MustCompile(e.Type())
	}
	return all
})

// fits fails t unless a, with its record as the bus adds it, fits its event's schema.
func fits(t *rapid.T, a pipeline.AuditEntry) {
	var detail, record map[string]any
	if err := json.Unmarshal(a.Detail, &detail); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"record": a.Record})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &record); err != nil {
		t.Fatal(err)
	}
	maps.Copy(detail, record)
	if err := schemas()[a.Type].Validate(detail); err != nil {
		t.Fatalf("%s does not fit its schema: %v", a.Detail, err)
	}
}

// digest returns what looks like a hash.
func digest(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }
