package s3

import (
	"bytes"
	"fmt"
	"io"

	"slipway/infra/local/store"
)

// bodies keeps the bytes of objects and parts. An empty body is never kept.
type bodies interface {
	// receive reads r to its end into a draft, durable when receive returns.
	receive(r io.Reader) (draft, error)
	// keep makes the draft a body; a draft that is not kept must be discarded.
	keep(tx store.Tx, d draft)
	discard(d draft) error
	// pin holds back the removal of bodies until release is called. Who opens
	// bodies must pin before the transaction in which it learns of them.
	pin() (release func())
	// open returns a reader of the stretches one after another; it may be used
	// after tx has ended.
	open(tx store.Tx, stretches []stretch) (io.ReadCloser, error)
	remove(tx store.Tx, id string)
}

// A draft is a body that no record names yet.
type draft struct {
	id   string
	size int64
	data []byte // only when bodies are kept in the store
}

// A stretch is length bytes of a body from offset on.
type stretch struct {
	body           string
	offset, length int64
}

// inline keeps bodies in the store.
type inline struct{ newID func() string }

func (i inline) receive(r io.Reader) (draft, error) {
	data, err := io.ReadAll(r)
	return draft{id: i.newID(), size: int64(len(data)), data: data}, err
}

func (inline) keep(tx store.Tx, d draft)     { tx.Put(bodyTable, []byte(d.id), d.data) }
func (inline) discard(draft) error           { return nil }
func (inline) pin() func()                   { return func() {} }
func (inline) remove(tx store.Tx, id string) { tx.Delete(bodyTable, []byte(id)) }

func (inline) open(tx store.Tx, stretches []stretch) (io.ReadCloser, error) {
	var all bytes.Buffer
	for _, s := range stretches {
		data := tx.Get(bodyTable, []byte(s.body))
		if int64(len(data)) < s.offset+s.length {
			return nil, fmt.Errorf("read body %s: it has %d bytes, its record promises %d", s.body, len(data), s.offset+s.length)
		}
		all.Write(data[s.offset : s.offset+s.length])
	}
	return io.NopCloser(&all), nil
}
