//go:build conformance

package registry_test

import (
	"flag"
	"net/http"
	"strings"
	"testing"

	"slipway/infra/local/conformance/dialogue"
)

var (
	endpoint  = flag.String("endpoint", "", "the host and port of the reference")
	reference = flag.String("reference", "", "the name and version of the reference, for the report")
)

// The differences that many answers show, in the words of the list.
var rules = []dialogue.Rule{
	{What: "The engine words a refusal in its own way or in ECR's, and has no detail; CNCF Distribution has the specification's short texts.",
		Fits: func(d dialogue.Difference) bool {
			return d.Place == "body errors.message" || d.Place == "body errors.detail"
		}},
	{What: "CNCF Distribution gives manifests an ETag; the engine only blobs.",
		Fits: func(d dialogue.Difference) bool {
			return d.Place == "header etag" && strings.Contains(d.Step.Send, "/manifests/")
		}},
}

func TestConformanceWithDistribution(t *testing.T) {
	dialogue.Comparison{Engine: "registry", Reference: *reference, Tables: "testdata/cases", Listed: "testdata/differences.json",
		Rules: rules,
		Peer: func(t *testing.T) dialogue.Peer {
			answer, err := http.Post("http://"+*endpoint+"/reset", "", nil)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("reset %s: %v, %v", *reference, answer, err)
			}
			return dialogue.Peer{Do: dialogue.Server(*endpoint), View: view}
		}}.Run(t)
}
