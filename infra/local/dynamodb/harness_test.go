package dynamodb_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/infra/local/clock"
	"slipway/infra/local/dynamodb"
	"slipway/infra/local/store"
)

var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// spec is the table of most tests: a stream with both images, expiry, and an index of everything.
var spec = dynamodb.TableSpec{
	Name: "releases",
	Key: dynamodb.KeySchema{
		Hash:  dynamodb.Attribute{Name: "pk", Type: "S"},
		Range: dynamodb.Attribute{Name: "sk", Type: "N"},
	},
	Indexes: []dynamodb.IndexSpec{{
		Name:       "by-owner",
		Key:        dynamodb.KeySchema{Hash: dynamodb.Attribute{Name: "owner", Type: "S"}},
		Projection: dynamodb.Projection{Type: "ALL"},
	}},
	StreamViewType: "NEW_AND_OLD_IMAGES",
	TTLAttribute:   "expires",
}

// A bench is an engine on a virtual clock, with the SDK's own client.
type bench struct {
	*testing.T
	store  store.Store
	clock  *clock.Virtual
	engine *dynamodb.Engine
	client *sdk.Client
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, store: store.NewMemory(), clock: clock.NewVirtual(start)}
	b.open()
	b.must(b.engine.CreateTable(spec))
	return b
}

// open starts an engine on the bench's store.
func (b *bench) open() {
	b.engine = dynamodb.New(dynamodb.Config{Store: b.store, Clock: b.clock})
	b.client = newClient(b.engine)
}

func newClient(h http.Handler) *sdk.Client {
	return sdk.New(sdk.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://dynamodb.local"),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:   &http.Client{Transport: transport{h}},
		Retryer:      aws.NopRetryer{},
	})
}

// A transport ends in a handler instead of a socket.
type transport struct{ handler http.Handler }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	t.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) put(it map[string]types.AttributeValue) {
	b.Helper()
	_, err := b.client.PutItem(b.Context(), &sdk.PutItemInput{TableName: &spec.Name, Item: it})
	b.must(err)
}

func (b *bench) get(key map[string]types.AttributeValue) map[string]types.AttributeValue {
	b.Helper()
	found, err := b.client.GetItem(b.Context(), &sdk.GetItemInput{TableName: &spec.Name, Key: key})
	b.must(err)
	return found.Item
}

func (b *bench) records() []dynamodb.StreamRecord {
	b.Helper()
	records, err := b.engine.Records(spec.Name, "", 1000)
	b.must(err)
	return records
}

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

type attributes = map[string]types.AttributeValue

func key(pk, sk string) attributes { return attributes{"pk": text(pk), "sk": number(sk)} }

// with returns it with one more attribute.
func with(it attributes, name string, v types.AttributeValue) attributes {
	it[name] = v
	return it
}
