package template_test

import (
	"bytes"
	"testing"

	"slipway/infra/template"
)

func TestNormaliseSortsAndDropsMetadata(t *testing.T) {
	const synthesized = `{"Resources":{"B":{"Type":"x","Metadata":{"a":1}},"A":{"Properties":{"Metadata":1.50}}},"Metadata":{}}`
	const want = `{
  "Resources": {
    "A": {
      "Properties": {
        "Metadata": 1.50
      }
    },
    "B": {
      "Type": "x"
    }
  }
}
`
	got, err := template.Normalise([]byte(synthesized))
	if err != nil || string(got) != want {
		t.Errorf("Normalise = %s, %v, want %s", got, err, want)
	}
}

func TestEmbeddedTemplateIsNormalised(t *testing.T) {
	again, err := template.Normalise(template.JSON)
	if err != nil || !bytes.Equal(again, template.JSON) {
		t.Errorf("slipway.template.json is not what Normalise makes of it (%v): renew it with go run ./infra -golden", err)
	}
}
