package registry_test

import (
	"flag"
	"testing"

	"slipway/infra/local/conformance/dialogue"
)

var update = flag.Bool("update", false, "write the answers into the tables")

// view is what of a registry's answers its clients go by.
var view = dialogue.View{
	Headers: []string{"accept-ranges", "content-range", "content-type", "docker-content-digest", "docker-distribution-api-version",
		"docker-upload-uuid", "etag", "link", "location", "oci-*", "range"},
	Volatile: []string{"docker-upload-uuid"},
}

func TestTheTablesOfRequestsAreAnswered(t *testing.T) {
	dialogue.CheckTables(t, "testdata/cases", *update, func(t *testing.T) dialogue.Peer {
		return dialogue.Peer{Do: dialogue.Handler(newRig(t).Engine), View: view}
	})
}
