package dynamodb_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"slipway/infra/local/clock"
	"slipway/infra/local/dynamodb"
	"slipway/infra/local/store"
)

// BenchmarkPuts writes new items of about 200 bytes, which are in one index.
func BenchmarkPuts(b *testing.B) {
	onEachStore(b, "puts/s", func(i int64) (string, string) {
		return "PutItem", fmt.Sprintf(`{"TableName":"releases","Item":%s}`, benchItem("p", i))
	})
}

// BenchmarkTransactions writes four items each, every one under a condition.
func BenchmarkTransactions(b *testing.B) {
	onEachStore(b, "transactions/s", func(i int64) (string, string) {
		const put = `{"Put":{"TableName":"releases","Item":%s,"ConditionExpression":"attribute_not_exists(pk)"}}`
		actions := ""
		for n := range int64(4) {
			if n > 0 {
				actions += ","
			}
			actions += fmt.Sprintf(put, benchItem("t", 4*i+n))
		}
		return "TransactWriteItems", `{"TransactItems":[` + actions + `]}`
	})
}

// BenchmarkQueries reads pages of 20 of the 1,000 items that each hash key has.
func BenchmarkQueries(b *testing.B) {
	onEachStore(b, "queries/s", func(i int64) (string, string) {
		return "Query", fmt.Sprintf(`{"TableName":"releases","KeyConditionExpression":"pk = :p AND sk > :s","Limit":20,`+
			`"ExpressionAttributeValues":{":p":{"S":"seed"},":s":{"N":"%d"}}}`, i%900)
	})
}

func benchItem(pk string, i int64) string {
	return fmt.Sprintf(`{"pk":{"S":%q},"sk":{"N":"%d"},"owner":{"S":"team-%d"},"version":{"S":"1.%d.0"},"state":{"M":{"status":{"S":"succeeded"},`+
		`"attempts":{"N":"1"}}},"digest":{"S":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}`, pk, i, i%100, i)
}

// onEachStore sends the requests to an engine in memory and to one on disk, from one
// client and from several, and reports how many are answered a second.
func onEachStore(b *testing.B, metric string, request func(i int64) (operation, body string)) {
	stores := []struct {
		name string
		open func(b *testing.B) store.Store
	}{
		{"memory", func(*testing.B) store.Store { return store.NewMemory() }},
		{"disk", openFileStore},
	}
	for _, s := range stores {
		for _, clients := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d-clients", s.name, clients), func(b *testing.B) {
				p := seededPeer(b, s.open(b))
				b.ResetTimer()
				flood(b, p, clients, request)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), metric)
			})
		}
	}
}

func openFileStore(b *testing.B) store.Store {
	s, err := store.OpenFile(filepath.Join(b.TempDir(), "db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// seededPeer returns an engine with a table of 1,000 items of one hash key.
func seededPeer(b *testing.B, s store.Store) peer {
	engine := dynamodb.New(dynamodb.Config{Store: s, Clock: clock.NewVirtual(start)})
	if err := engine.CreateTable(spec); err != nil {
		b.Fatal(err)
	}
	p := enginePeer(engine)
	for page := range int64(40) {
		puts := ""
		for i := range int64(25) {
			if i > 0 {
				puts += ","
			}
			puts += `{"PutRequest":{"Item":` + benchItem("seed", 25*page+i) + `}}`
		}
		if err := p.succeed(b.Context(), "BatchWriteItem", `{"RequestItems":{"releases":[`+puts+`]}}`); err != nil {
			b.Fatal(err)
		}
	}
	return p
}

// flood sends b.N requests from a number of clients at a time.
func flood(b *testing.B, p peer, clients int, request func(i int64) (operation, body string)) {
	var next atomic.Int64
	var together sync.WaitGroup
	for range clients {
		together.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				operation, body := request(i)
				if err := p.succeed(b.Context(), operation, body); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	together.Wait()
}

// succeed sends a request and returns an error where the peer does.
func (p peer) succeed(ctx context.Context, operation, body string) error {
	status, raw, err := p.post(ctx, operation, []byte(body))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s: status %d: %s", operation, status, raw)
	}
	return err
}
