package sns

import (
	"bytes"
	"iter"

	"slipway/infra/local/store"
)

// The store tables of this engine.
const (
	topicsTable        = "sns/topics"        // topic name → TopicSpec
	subscriptionsTable = "sns/subscriptions" // topic name, 0, id → subscription
	deliveriesTable    = "sns/deliveries"    // sequence → delivery
	sequenceTable      = "sns/sequence"      // the last sequence given out
)

// prefix begins the keys of a topic's subscriptions; a topic name holds no zero byte.
func prefix(topic string) []byte { return append([]byte(topic), 0) }

func subscriptionKey(topic, id string) []byte { return append(prefix(topic), id...) }

// subscriptions yields the subscriptions whose keys begin with mine, from the
// first key at or after from, and stops after an error.
func subscriptions(tx store.Tx, mine, from []byte) iter.Seq2[*subscription, error] {
	return func(yield func(*subscription, error) bool) {
		if bytes.Compare(from, mine) < 0 {
			from = mine
		}
		for key, value := range tx.Scan(subscriptionsTable, from) {
			if !bytes.HasPrefix(key, mine) {
				return
			}
			s, err := store.ParseJSON[subscription](subscriptionsTable, value)
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}
