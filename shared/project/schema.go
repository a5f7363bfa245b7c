package project

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"slipway/shared/project/document"
	"slipway/shared/step"
)

//go:embed schema.json
var schemaSource []byte

// schemas is what the structure of a project file is checked by.
type schemas struct {
	file  *document.Schema
	kinds map[string]*document.Schema // of whole steps, by step kind
}

// structure compiles the schemas once.
var structure = sync.OnceValues(func() (schemas, error) {
	file, err := document.Compile(schemaSource)
	if err != nil {
		return schemas{}, fmt.Errorf("project file: %w", err)
	}
	s := schemas{file: file, kinds: make(map[string]*document.Schema)}
	for _, k := range step.Kinds() {
		if s.kinds[k.Name()], err = document.Compile(k.Schema()); err != nil {
			return schemas{}, fmt.Errorf("step kind %s: %w", k.Name(), err)
		}
	}
	return s, nil
})

// Schema returns the JSON Schema (draft 2020-12) of the project file, with those
// of the step kinds in it, for editors. It accepts whatever Parse accepts; Parse
// has rules beyond it.
func Schema() ([]byte, error) {
	var whole map[string]any
	if err := json.Unmarshal(schemaSource, &whole); err != nil {
		return nil, fmt.Errorf("read project file schema: %w", err)
	}
	definitions, _ := whole["$defs"].(map[string]any)
	one, ok := definitions["step"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("project file schema: it has no $defs/step")
	}
	var branches []any
	for _, k := range step.Kinds() {
		var kind map[string]any
		if err := json.Unmarshal(k.Schema(), &kind); err != nil {
			return nil, fmt.Errorf("read schema of step kind %s: %w", k.Name(), err)
		}
		// With an id of its own, references inside the kind's schema stay inside it.
		kind["$id"] = "step/" + k.Name() + ".json"
		definitions["step-"+k.Name()] = kind
		branches = append(branches, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"uses": map[string]any{"const": k.Name()}}, "required": []string{"uses"}},
			"then": map[string]any{"$ref": kind["$id"]},
		})
	}
	one["allOf"] = branches
	properties, _ := one["properties"].(map[string]any)
	properties["uses"] = map[string]any{"enum": step.Names(), "description": "the step kind"}
	return json.MarshalIndent(whole, "", "  ")
}
