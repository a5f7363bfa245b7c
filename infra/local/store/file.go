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

// ErrInUse tells that another process has the store's file open.
var ErrInUse = errors.New("in use by another process")

// File is a [Store] in one file; what was committed survives the process.
type File struct{ db *bbolt.DB }

// OpenFile opens the store at path, creating it if there is none. It returns
// [ErrInUse] when another process has it open.
func OpenFile(path string) (*File, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 100 * time.Millisecond, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrInUse
	}
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return &File{db}, nil
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
