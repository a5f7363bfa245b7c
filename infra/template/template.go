// Package template holds the synthesized CloudFormation template of the Slipway
// stack, as local mode runs it. It links no CDK.
package template

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
)

// JSON is the normalised template for the platform file that the repository
// ships; `go run ./infra -golden` renews it.
//
//go:embed slipway.template.json
var JSON []byte

// Normalise returns a synthesized template as it is kept: keys sorted, indented,
// and without metadata, which CloudFormation doesn't act on.
func Normalise(synthesized []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(synthesized))
	decoder.UseNumber()
	var document map[string]any
	if err := decoder.Decode(&document); err != nil {
		return nil, fmt.Errorf("normalise template: %w", err)
	}
	delete(document, "Metadata")
	resources, _ := document["Resources"].(map[string]any)
	for _, r := range resources {
		if resource, ok := r.(map[string]any); ok {
			delete(resource, "Metadata")
		}
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return nil, fmt.Errorf("normalise template: %w", err)
	}
	return out.Bytes(), nil
}
