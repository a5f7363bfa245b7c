package dynamodb_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"slipway/infra/local/clock"
	"slipway/infra/local/dynamodb"
	"slipway/infra/local/store"
)

func expiringAt(it attributes, at time.Time) attributes {
	return with(it, "expires", number(fmt.Sprint(at.Unix())))
}

func TestAnItemExpiresOnceItsTimeHasPassed(t *testing.T) {
	b := newBench(t)
	b.put(expiringAt(key("a", "1"), start.Add(time.Hour)))
	b.clock.RunUntil(start.Add(time.Hour))
	if b.get(key("a", "1")) == nil {
		t.Fatal("the item is gone before its time has passed")
	}
	b.clock.RunUntil(start.Add(time.Hour + time.Second))
	if it := b.get(key("a", "1")); it != nil {
		t.Fatalf("the item is still there: %v", it)
	}
	records := b.records()
	last := parse(t, string(records[len(records)-1].JSON)).(map[string]any)
	identity, _ := last["userIdentity"].(map[string]any)
	if last["eventName"] != "REMOVE" || identity["type"] != "Service" || identity["principalId"] != "dynamodb.amazonaws.com" {
		t.Errorf("got record %v", last)
	}
}

func TestOnlyTimesExpireItems(t *testing.T) {
	for name, it := range map[string]attributes{
		"no attribute":  key("a", "1"),
		"text":          with(key("a", "1"), "expires", text("1")),
		"negative":      with(key("a", "1"), "expires", number("-1")),
		"milliseconds":  with(key("a", "1"), "expires", number(fmt.Sprint(start.UnixMilli()))),
		"six years ago": expiringAt(key("a", "1"), start.AddDate(-6, 0, 0)),
	} {
		b := newBench(t)
		b.put(it)
		b.clock.RunUntil(start.AddDate(1, 0, 0))
		if b.get(key("a", "1")) == nil {
			t.Errorf("%s: the item expired", name)
		}
	}
}

func TestAnItemWhoseTimeIsMovedExpiresThen(t *testing.T) {
	b := newBench(t)
	b.put(expiringAt(key("a", "1"), start.Add(time.Hour)))
	b.put(expiringAt(key("a", "1"), start.Add(3*time.Hour)))
	b.put(expiringAt(key("a", "2"), start.Add(2*time.Hour)))
	for hours, want := range []string{"1 2", "1 2", "1", ""} {
		b.clock.RunUntil(start.Add(time.Duration(hours)*time.Hour + 2*time.Second))
		var left []string
		for _, sk := range []string{"1", "2"} {
			if b.get(key("a", sk)) != nil {
				left = append(left, sk)
			}
		}
		if got := strings.Join(left, " "); got != want {
			t.Errorf("after %d hours items %q are left, want %q", hours, got, want)
		}
	}
}

func TestManyItemsExpireAtOnce(t *testing.T) {
	b := newBench(t)
	for i := range 250 {
		b.put(expiringAt(key("a", fmt.Sprint(i)), start.Add(time.Hour)))
	}
	b.clock.Run()
	found, err := b.client.Scan(t.Context(), &sdk.ScanInput{TableName: &spec.Name})
	b.must(err)
	if found.Count != 0 {
		t.Errorf("%d items are left", found.Count)
	}
}

func TestEverythingSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	open := func() *bench {
		file, err := store.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{T: t, store: file, clock: clock.NewVirtual(start)}
		b.open()
		b.must(b.engine.CreateTable(spec))
		b.must(b.engine.Resume())
		return b
	}
	b := open()
	b.put(expiringAt(key("a", "1"), start.Add(time.Hour)))
	b.put(key("a", "2"))
	arn := b.engine.StreamARN(spec.Name)
	b.must(b.store.Close())

	b = open()
	if b.get(key("a", "1")) == nil || b.get(key("a", "2")) == nil || b.engine.StreamARN(spec.Name) != arn {
		t.Error("items or stream are not as they were")
	}
	b.clock.Run()
	if b.get(key("a", "1")) != nil || b.get(key("a", "2")) == nil {
		t.Error("the pending expiry was not resumed")
	}
	records := b.records()
	if last := records[len(records)-1].SequenceNumber; last != "000000000000000000003" {
		t.Errorf("the stream goes on with %s", last)
	}
	b.must(b.store.Close())
}

func TestATableIsCreatedAgainOnlyFromTheSameSpec(t *testing.T) {
	b := newBench(t)
	b.must(b.engine.CreateTable(spec))
	for want, change := range map[string]func(*dynamodb.TableSpec){
		"the key schema":        func(s *dynamodb.TableSpec) { s.Key.Range = dynamodb.Attribute{} },
		"the stream view type":  func(s *dynamodb.TableSpec) { s.StreamViewType = "KEYS_ONLY" },
		"the TTL attribute":     func(s *dynamodb.TableSpec) { s.TTLAttribute = "" },
		"the number of indexes": func(s *dynamodb.TableSpec) { s.Indexes = nil },
		"the projection of index by-owner": func(s *dynamodb.TableSpec) {
			s.Indexes = []dynamodb.IndexSpec{s.Indexes[0]}
			s.Indexes[0].Projection.Type = "KEYS_ONLY"
		},
	} {
		other := spec
		change(&other)
		if err := b.engine.CreateTable(other); err == nil || !strings.Contains(err.Error(), "create table releases: it exists with another spec: "+want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

func TestWritersAtTheSameTimeLoseNoUpdate(t *testing.T) {
	wall := clock.NewWall()
	defer wall.Stop()
	engine := dynamodb.New(dynamodb.Config{Store: store.NewMemory(), Clock: wall})
	if err := engine.CreateTable(spec); err != nil {
		t.Fatal(err)
	}
	var seen sync.Map
	engine.OnRecords(func(table string) { seen.Store(table, true) })
	client := newClient(engine)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 20 {
				_, err := client.UpdateItem(t.Context(), &sdk.UpdateItemInput{TableName: &spec.Name, Key: key("a", "1"),
					UpdateExpression:          aws.String("ADD n :one SET expires = :past"),
					ExpressionAttributeValues: attributes{":one": number("1"), ":past": number("99999999999")}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	records, err := engine.Records(spec.Name, "", 1000)
	if err != nil || len(records) != 160 {
		t.Errorf("got %d records and error %v, want 160", len(records), err)
	}
}
