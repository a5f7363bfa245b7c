//go:build conformance

package sqs_test

import (
	"flag"
	"net/http"
	"testing"
	"time"

	"slipway/infra/local/conformance/dialogue"
)

var (
	endpoint  = flag.String("endpoint", "", "the host and port of the reference")
	reference = flag.String("reference", "", "the name and version of the reference, for the report")
)

func TestConformanceWithMoto(t *testing.T) {
	dialogue.Comparison{Engine: "sqs", Reference: *reference, Tables: "testdata/cases", Listed: "testdata/differences.json", Rules: rules,
		Peer: func(t *testing.T) dialogue.Peer {
			answer, err := http.Post("http://"+*endpoint+"/moto-api/reset", "", nil)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("reset %s: %v, %v", *reference, answer, err)
			}
			return dialogue.Peer{Do: dialogue.Server(*endpoint), Encode: encode, View: view,
				Pass: func(d time.Duration) { <-time.After(d) }} // the reference has no clock but the wall's
		}}.Run(t)
}

// rules are the differences that many answers show, in the words of the list.
var rules = []dialogue.Rule{
	{What: "moto says the message of a refusal twice, or under another name, and in other words.",
		Fits: func(d dialogue.Difference) bool { return d.Place == "body message" || d.Place == "body Message" }},
	{What: "moto has an empty list of failed entries where none failed; the engine leaves it out.",
		Fits: func(d dialogue.Difference) bool { return d.Place == "body Failed" && d.Theirs == "[]" }},
}
