package store_test

import (
	"encoding/json"
	"testing"

	"slipway/infra/local/store"
)

func TestARecordComesBackAsItWasPut(t *testing.T) {
	type record struct{ Raw json.RawMessage }
	s := store.NewMemory()
	key := []byte("k")
	err := s.Update(func(tx store.Tx) error {
		return store.PutJSON(tx, "t", key, record{json.RawMessage(`{"a":"<&>","n":1.50}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(func(tx store.Tx) error {
		got, err := store.GetJSON[record](tx, "t", key)
		if err != nil || string(got.Raw) != `{"a":"<&>","n":1.50}` {
			t.Errorf("GetJSON = %+v, %v", got, err)
		}
		if got, err := store.GetJSON[record](tx, "t", []byte("none")); err != nil || got != nil {
			t.Errorf("GetJSON of no record = %+v, %v", got, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestARecordThatIsNoJSONIsAnErrorThatNamesItsTable(t *testing.T) {
	s := store.NewMemory()
	err := s.Update(func(tx store.Tx) error {
		if err := store.PutJSON(tx, "t", []byte("k"), func() {}); err == nil || err.Error() != "write record of t: json: unsupported type: func()" {
			t.Errorf("PutJSON: %v", err)
		}
		tx.Put("t", []byte("k"), []byte("{"))
		if _, err := store.GetJSON[int](tx, "t", []byte("k")); err == nil || err.Error() != "read record of t: unexpected end of JSON input" {
			t.Errorf("GetJSON: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSequencesRiseApartFromEachOther(t *testing.T) {
	s := store.NewMemory()
	next := func(key string) (n uint64) {
		if err := s.Update(func(tx store.Tx) error { n = store.NextSequence(tx, "t", key); return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range uint64(300) {
		if got := next("a"); got != i+1 {
			t.Fatalf("number %d is %d", i+1, got)
		}
	}
	if got := next("b"); got != 1 {
		t.Errorf("the other sequence begins with %d", got)
	}
	if string(store.SequenceKey(255)) >= string(store.SequenceKey(256)) {
		t.Error("keys don't sort as their numbers do")
	}
}
