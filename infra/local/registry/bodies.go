package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"slipway/infra/local/store"
)

// A body is the bytes of a blob, or of a part of an upload.
type body struct {
	ID     string
	Size   int64
	Digest v1.Hash

	data []byte // of a draft that is to be kept in the store
}

// bodies keeps bytes. What receive returns is a draft until a record names it: it
// must be kept in the transaction that writes that record, or else discarded.
type bodies interface {
	// receive reads r to its end; the draft is durable when receive returns.
	receive(r io.Reader) (body, error)
	keep(tx store.Tx, b body)
	discard(b body) error
	// remove removes a body or a draft once tx has committed.
	remove(tx store.Tx, b body)
	// open returns [fs.ErrNotExist] when the body is not kept any more.
	open(b body) (io.ReadSeekCloser, error)
}

// copyHashed copies r to w and returns how much it was, and its digest.
func copyHashed(w io.Writer, r io.Reader) (int64, v1.Hash, error) {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), r)
	return n, digestOf(sum), err
}

func digestOf(sum hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))}
}

func digestOfBytes(data []byte) v1.Hash {
	sum := sha256.New()
	sum.Write(data)
	return digestOf(sum)
}

// inline keeps bodies in the store.
type inline struct {
	store store.Store
	newID func() string
}

func (i inline) receive(r io.Reader) (body, error) {
	var data bytes.Buffer
	size, digest, err := copyHashed(&data, r)
	return body{ID: i.newID(), Size: size, Digest: digest, data: data.Bytes()}, err
}

// keep leaves a body alone that is kept already, as one read from a record is.
func (inline) keep(tx store.Tx, b body) {
	if id := key(b.ID); tx.Get(bodyTable, id) == nil {
		tx.Put(bodyTable, id, b.data)
	}
}

func (inline) discard(body) error         { return nil }
func (inline) remove(tx store.Tx, b body) { tx.Delete(bodyTable, key(b.ID)) }

func (i inline) open(b body) (io.ReadSeekCloser, error) {
	var data []byte
	err := i.store.View(func(tx store.Tx) error {
		found := tx.Get(bodyTable, key(b.ID))
		if found == nil {
			return fmt.Errorf("open body %s: %w", b.ID, fs.ErrNotExist)
		}
		data = bytes.Clone(found)
		return nil
	})
	return inMemory{bytes.NewReader(data)}, err
}

// inMemory is a reader that has nothing to close.
type inMemory struct{ *bytes.Reader }

// Close implements [io.Closer].
func (inMemory) Close() error { return nil }
