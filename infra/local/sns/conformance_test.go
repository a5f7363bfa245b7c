//go:build conformance

package sns_test

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

func TestConformanceWithMoto(t *testing.T) {
	dialogue.Comparison{Engine: "sns", Reference: *reference, Tables: "testdata/cases", Listed: "testdata/differences.json", Rules: rules,
		Peer: func(t *testing.T) dialogue.Peer {
			answer, err := http.Post("http://"+*endpoint+"/moto-api/reset", "", nil)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("reset %s: %v, %v", *reference, answer, err)
			}
			return dialogue.Peer{Do: dialogue.Server(*endpoint), Encode: encode, View: view}
		}}.Run(t)
}

// rules are the differences that many answers show, in the words of the list.
var rules = []dialogue.Rule{
	{What: "moto says the message of a refusal twice, and in other words.",
		Fits: func(d dialogue.Difference) bool {
			return strings.EqualFold(d.Place, "body ErrorResponse.Error.Message")
		}},
	{What: "moto signs with version 2; the engine says version 1, which is what a topic has unless it is set, and doesn't sign.",
		Fits: func(d dialogue.Difference) bool { return strings.HasSuffix(d.Place, ".json.SignatureVersion") }},
	{What: "moto tells of the policies for access and delivery of topics and subscriptions; the engine has none.",
		Fits: func(d dialogue.Difference) bool {
			return strings.Contains(d.Place, ".Attributes.entry.") && (strings.HasSuffix(d.Place, "Policy") && d.Adds())
		}},
}
