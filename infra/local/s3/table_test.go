package s3_test

import (
	"flag"
	"testing"

	"slipway/infra/local/conformance/dialogue"
)

var update = flag.Bool("update", false, "write the answers into the tables")

// signed are the headers of a request that manager1 signs. Signatures aren't verified.
var signed = map[string]string{
	"Authorization": "AWS4-HMAC-SHA256 Credential=manager1/20260301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00",
}

// view is what of S3's answers its clients go by.
var view = dialogue.View{
	Headers: []string{"accept-ranges", "allow", "cache-control", "content-disposition", "content-encoding", "content-language",
		"content-range", "content-type", "etag", "expires", "last-modified", "location", "x-amz-bucket-region", "x-amz-checksum-*",
		"x-amz-copy-source-version-id",
		"x-amz-delete-marker", "x-amz-meta-*", "x-amz-mp-parts-count", "x-amz-server-side-encryption", "x-amz-tagging-count",
		"x-amz-version-id"},
	Volatile: []string{"last-modified", "ID", "DisplayName", "NextContinuationToken", "ContinuationToken", "ServerTime"},
	Passing:  []string{"RequestId", "RequestID", "HostId", "HostID"},
}

func TestTheTablesOfRequestsAreAnswered(t *testing.T) {
	dialogue.CheckTables(t, "testdata/cases", *update, func(t *testing.T) dialogue.Peer {
		return dialogue.Peer{Do: dialogue.Handler(newStack(t, "").engine), Headers: signed, View: view}
	})
}
