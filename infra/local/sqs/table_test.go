package sqs_test

import (
	"flag"
	"testing"

	"slipway/infra/local/conformance/dialogue"
)

var update = flag.Bool("update", false, "write the answers into the tables")

// view is what of SQS's answers its clients go by.
var view = dialogue.View{
	Headers: []string{"x-amzn-query-error"},
	Volatile: []string{"MessageId", "ReceiptHandle", "SentTimestamp", "ApproximateFirstReceiveTimestamp", "CreatedTimestamp",
		"LastModifiedTimestamp"},
}

var encode = dialogue.JSON("AmazonSQS", "sqs")

func TestTheTablesOfRequestsAreAnswered(t *testing.T) {
	dialogue.CheckTables(t, "testdata/cases", *update, func(t *testing.T) dialogue.Peer {
		b := newBench(t)
		return dialogue.Peer{Do: dialogue.Handler(b.engine), Pass: b.pass, Encode: encode, View: view}
	})
}
