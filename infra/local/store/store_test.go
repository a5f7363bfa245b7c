package store_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"slipway/infra/local/store"
)

// each runs a test on both kinds of store.
func each(t *testing.T, test func(t *testing.T, s store.Store)) {
	t.Run("memory", func(t *testing.T) { test(t, store.NewMemory()) })
	t.Run("file", func(t *testing.T) {
		s, err := store.OpenFile(filepath.Join(t.TempDir(), "db"))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		test(t, s)
	})
}

// scan returns "key=value" of every pair of a table from a key on.
func scan(t *testing.T, s store.Store, table string, from []byte, back bool) []string {
	t.Helper()
	var all []string
	err := s.View(func(tx store.Tx) error {
		pairs := tx.Scan(table, from)
		if back {
			pairs = tx.ScanBack(table, from)
		}
		for k, v := range pairs {
			all = append(all, string(k)+"="+string(v))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func put(t *testing.T, s store.Store, keys ...string) {
	t.Helper()
	err := s.Update(func(tx store.Tx) error {
		for _, k := range keys {
			tx.Put("t", []byte(k), []byte("v"+k))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestScansAreInOrderFromTheGivenKey(t *testing.T) {
	each(t, func(t *testing.T, s store.Store) {
		put(t, s, "b", "d", "a", "c")
		for _, c := range []struct {
			from string
			back bool
			want string
		}{
			{"", false, "a=va b=vb c=vc d=vd"}, {"b", false, "b=vb c=vc d=vd"}, {"bb", false, "c=vc d=vd"}, {"e", false, ""},
			{"", true, "d=vd c=vc b=vb a=va"}, {"b", true, "b=vb a=va"}, {"bb", true, "b=vb a=va"}, {"A", true, ""}, {"e", true, "d=vd c=vc b=vb a=va"},
		} {
			var from []byte
			if c.from != "" {
				from = []byte(c.from)
			}
			if got := strings.Join(scan(t, s, "t", from, c.back), " "); got != c.want {
				t.Errorf("scan from %q, back %t: %s, want %s", c.from, c.back, got, c.want)
			}
		}
	})
}

func TestAnErrorOrAPanicWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, s store.Store) {
		put(t, s, "kept")
		broken := errors.New("broken")
		change := func(tx store.Tx) {
			tx.Put("t", []byte("kept"), []byte("changed"))
			tx.Put("t", []byte("new"), nil)
			tx.Delete("t", []byte("kept"))
			tx.OnCommit(func() { t.Error("OnCommit ran without a commit") })
		}
		if err := s.Update(func(tx store.Tx) error { change(tx); return broken }); !errors.Is(err, broken) {
			t.Errorf("Update returns %v, want the function's error", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = s.Update(func(tx store.Tx) error { change(tx); panic("broken") })
		}()
		if got := scan(t, s, "t", nil, false); !slices.Equal(got, []string{"kept=vkept"}) {
			t.Errorf("the table holds %v", got)
		}
	})
}

func TestOnCommitRunsInOrderOutsideTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, s store.Store) {
		var ran []string
		err := s.Update(func(tx store.Tx) error {
			tx.OnCommit(func() { ran = append(ran, "first") })
			tx.OnCommit(func() { put(t, s, "x"); ran = append(ran, "second") })
			return nil
		})
		if err != nil || !slices.Equal(ran, []string{"first", "second"}) || len(scan(t, s, "t", nil, false)) != 1 {
			t.Errorf("ran %v, error %v", ran, err)
		}
	})
}

func TestAnEmptyValueIsAValue(t *testing.T) {
	each(t, func(t *testing.T, s store.Store) {
		err := s.Update(func(tx store.Tx) error { tx.Put("t", []byte("k"), nil); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if got := scan(t, s, "t", nil, false); !slices.Equal(got, []string{"k="}) {
			t.Errorf("the table holds %v", got)
		}
	})
}

// Both stores hold what a map holds after the same writes, some of them rolled back.
func TestStoresAgreeWithAMap(t *testing.T) {
	each(t, func(t *testing.T, s store.Store) {
		model := map[string]string{}
		rapid.Check(t, func(r *rapid.T) {
			next := maps.Clone(model)
			fails := rapid.Bool().Draw(r, "fails")
			_ = s.Update(func(tx store.Tx) error {
				for range rapid.IntRange(1, 8).Draw(r, "writes") {
					key := fmt.Sprint(rapid.IntRange(0, 9).Draw(r, "key"))
					if rapid.Bool().Draw(r, "delete") {
						tx.Delete("t", []byte(key))
						delete(next, key)
					} else {
						value := fmt.Sprint(rapid.IntRange(0, 99).Draw(r, "value"))
						tx.Put("t", []byte(key), []byte(value))
						next[key] = value
					}
				}
				if fails {
					return errors.New("rolled back")
				}
				return nil
			})
			if !fails {
				model = next
			}
			var want []string
			for _, k := range slices.Sorted(maps.Keys(model)) {
				want = append(want, k+"="+model[k])
			}
			if got := scan(t, s, "t", nil, false); !slices.Equal(got, want) {
				r.Fatalf("the table holds %v, want %v", got, want)
			}
		})
	})
}

func TestAFileKeepsWhatWasCommitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	s, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "k")
	if _, err := store.OpenFile(path); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a second opening returns %v, want ErrInUse", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := store.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := scan(t, again, "t", nil, false); !slices.Equal(got, []string{"k=vk"}) {
		t.Errorf("the table holds %v", got)
	}
}

func TestAFileOfAnotherFormatIsRefusedAndLeftAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	for name, make := range map[string]func(t *testing.T){
		"no database": func(t *testing.T) {
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"a newer format": func(t *testing.T) {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = db.Update(func(tx *bbolt.Tx) error {
				b, err := tx.CreateBucket([]byte("store/format"))
				if err != nil {
					return err
				}
				return b.Put([]byte("format"), []byte("slipway 99"))
			})
			if err := errors.Join(err, db.Close()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		make(t)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.OpenFile(path); !errors.Is(err, store.ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
		after, err := os.ReadFile(path)
		if err != nil || string(after) != string(before) {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
	}
}
