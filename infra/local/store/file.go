package store

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

var (
	// ErrInUse tells that another process has the store's file open.
	ErrInUse = errors.New("in use by another process; stop that one, or choose another folder")
	// ErrFormat tells that the file was written in another format than this program's.
	ErrFormat = errors.New("not in this program's format")
)

// format is what the file says of the layout of its tables; it changes when an
// engine can't read what an older one wrote.
const format = "slipway 2"

// File is a [Store] in one file; what was committed survives the process.
type File struct{ db *bbolt.DB }

// OpenFile opens the store at path, creating it if there is none. It returns
// [ErrInUse] when another process has it open, and [ErrFormat], leaving it as it
// is, when it is damaged or of another format.
func OpenFile(path string) (*File, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 100 * time.Millisecond, FreelistType: bbolt.FreelistMapType})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		err = ErrInUse
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		err = fmt.Errorf("%w: %w", ErrFormat, err)
	case err == nil:
		if err = claim(db); err != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return &File{db}, nil
}

// claim writes the format into an empty file and checks that of any other.
func claim(db *bbolt.DB) error {
	table, key := []byte("store/format"), []byte("format")
	var found []byte
	empty := false
	err := db.View(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(table); b != nil {
			found = bytes.Clone(b.Get(key))
		}
		first, _ := tx.Cursor().First()
		empty = first == nil
		return nil
	})
	switch {
	case err != nil:
		return err
	case empty:
		return db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucket(table)
			if err != nil {
				return err
			}
			return b.Put(key, []byte(format))
		})
	case string(found) != format:
		return fmt.Errorf("it says %q, want %q: %w", found, format, ErrFormat)
	}
	return nil
}

// View implements [Store].
func (s *File) View(f func(Tx) error) error {
	return s.db.View(func(tx *bbolt.Tx) error { return f(&fileTx{tx: tx}) })
}

// Update implements [Store]; bbolt syncs the file before it returns.
func (s *File) Update(f func(Tx) error) error {
	t := &fileTx{}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		t.tx = tx
		if err := f(t); err != nil {
			return err
		}
		return t.err
	})
	if err != nil {
		return err
	}
	for _, then := range t.then {
		then()
	}
	return nil
}

// Close implements [Store].
func (s *File) Close() error { return s.db.Close() }

type fileTx struct {
	tx   *bbolt.Tx
	then []func()
	err  error // the first write that bbolt refused; it fails the transaction
}

func (t *fileTx) Get(table string, key []byte) []byte {
	if b := t.tx.Bucket([]byte(table)); b != nil {
		return b.Get(key)
	}
	return nil
}

func (t *fileTx) Put(table string, key, value []byte) {
	b, err := t.tx.CreateBucketIfNotExists([]byte(table))
	if err == nil {
		err = b.Put(key, value)
	}
	t.fail(table, err)
}

func (t *fileTx) Delete(table string, key []byte) {
	if b := t.tx.Bucket([]byte(table)); b != nil {
		t.fail(table, b.Delete(key))
	}
}

func (t *fileTx) fail(table string, err error) {
	if err != nil && t.err == nil {
		t.err = fmt.Errorf("write store table %s: %w", table, err)
	}
}

func (t *fileTx) Scan(table string, from []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		b := t.tx.Bucket([]byte(table))
		if b == nil {
			return
		}
		c := b.Cursor()
		for k, v := c.Seek(from); k != nil; k, v = c.Next() {
			if !yield(k, v) {
				return
			}
		}
	}
}

func (t *fileTx) ScanBack(table string, from []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		b := t.tx.Bucket([]byte(table))
		if b == nil {
			return
		}
		c := b.Cursor()
		k, v := c.Last()
		if from != nil {
			if k, v = c.Seek(from); k == nil {
				k, v = c.Last()
			} else if !bytes.Equal(k, from) {
				k, v = c.Prev()
			}
		}
		for ; k != nil; k, v = c.Prev() {
			if !yield(k, v) {
				return
			}
		}
	}
}

func (t *fileTx) OnCommit(f func()) { t.then = append(t.then, f) }
