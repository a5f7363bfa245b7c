package sns_test

import (
	"flag"
	"fmt"
	"net/http"
	"testing"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/conformance/dialogue"
	"slipway/infra/local/sns"
	"slipway/infra/local/sqs"
	"slipway/infra/local/store"
)

var update = flag.Bool("update", false, "write the answers into the tables")

// view is what of SNS's answers its clients go by, and of those of the queues that it
// delivers to.
var view = dialogue.View{
	Volatile: []string{"MessageId", "ReceiptHandle", "MD5OfBody", "MD5OfMessageBody", "Policy", "EffectiveDeliveryPolicy"},
	Passing:  []string{"RequestId", "Signature", "SigningCertURL", "UnsubscribeURL"},
}

var encode = dialogue.Either("sqs", dialogue.JSON("AmazonSQS", "sqs"), dialogue.Query("2010-03-31", "sns"))

// newPeer returns an engine of topics that delivers to an engine of queues.
func newPeer(t *testing.T) dialogue.Peer {
	t.Helper()
	ids := 0
	newID := func() string { ids++; return fmt.Sprintf("id-%08d", ids) }
	base := func() string { return "http://sns.local" }
	state, virtual := store.NewMemory(), clock.NewVirtual(start)
	queues := sqs.New(sqs.Config{Store: state, Clock: virtual, NewID: newID, BaseURL: base})
	topics := sns.New(sns.Config{Store: state, Clock: virtual, NewID: newID, BaseURL: base, Send: queues.Send,
		Invoke: func(store.Tx, string, []byte) error { return nil }})
	both := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if awsjson.SigningName(r) == "sqs" {
			virtual.RunUntil(virtual.Now()) // what is on its way to the queue arrives
			queues.ServeHTTP(w, r)
			return
		}
		topics.ServeHTTP(w, r)
	})
	return dialogue.Peer{Do: dialogue.Handler(both), Encode: encode, View: view}
}

func TestTheTablesOfRequestsAreAnswered(t *testing.T) {
	dialogue.CheckTables(t, "testdata/cases", *update, newPeer)
}
