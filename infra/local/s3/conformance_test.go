//go:build conformance

package s3_test

import (
	"flag"
	"net/http"
	"testing"

	"slipway/infra/local/conformance/dialogue"
)

var (
	endpoint  = flag.String("endpoint", "", "the host and port of the reference")
	reference = flag.String("reference", "", "the name and version of the reference, for the report")
)

// prepared makes the buckets that each scenario finds, as newStack does.
var prepared = &dialogue.Scenario{Name: "what every scenario finds", Steps: []*dialogue.Step{
	{Send: "PUT /plain"},
	{Send: "PUT /kept"},
	{Send: "PUT /kept?versioning", Body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
}}

func TestConformanceWithMoto(t *testing.T) {
	dialogue.Comparison{Engine: "s3", Reference: *reference, Tables: "testdata/cases", Listed: "testdata/differences.json", Rules: rules,
		Peer: func(t *testing.T) dialogue.Peer {
			answer, err := http.Post("http://"+*endpoint+"/moto-api/reset", "", nil)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("reset %s: %v, %v", *reference, answer, err)
			}
			p := dialogue.Peer{Do: dialogue.Server(*endpoint), Headers: signed, View: view}
			if _, err := p.Play(prepared); err != nil {
				t.Fatal(err)
			}
			return p
		}}.Run(t)
}
