package registry

import (
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"slipway/infra/local/store"
)

// findBlob returns the body of a blob that is in the repository, or nil.
func findBlob(tx store.Tx, repository string, digest v1.Hash) (*body, error) {
	if tx.Get(layerTable, key(repository, digest.String())) == nil {
		return nil, nil
	}
	return store.GetJSON[body](tx, blobTable, key(digest.String()))
}

// openBlob opens a blob of the repository; it returns BLOB_UNKNOWN when there is none.
func (e *Engine) openBlob(repository string, digest v1.Hash) (io.ReadSeekCloser, error) {
	var b *body
	err := e.Store.View(func(tx store.Tx) (err error) {
		b, err = findBlob(tx, repository, digest)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case b == nil:
		return nil, blobUnknown(repository, digest.String())
	}
	content, err := e.bodies.open(*b)
	if err != nil {
		return nil, fmt.Errorf("blob %s: something else than this registry removed its body: %w", digest, err)
	}
	return content, nil
}

// addBlob makes b a blob of the repository. The registry has each blob once, however
// many repositories have it: of a second body with the same digest nothing remains.
func (e *Engine) addBlob(tx store.Tx, repository string, b body) error {
	digest := b.Digest.String()
	tx.Put(layerTable, key(repository, digest), []byte(present))
	if tx.Get(blobTable, key(digest)) != nil {
		e.bodies.remove(tx, b)
		return nil
	}
	e.bodies.keep(tx, b)
	return store.PutJSON(tx, blobTable, key(digest), b)
}

// mount makes a blob of the repository from a blob of the repository too, or of that
// of any repository when from is "". It tells whether there was one.
func (e *Engine) mount(repository, from string, digest v1.Hash) (mounted bool, err error) {
	err = e.Store.Update(func(tx store.Tx) error {
		source, name := layerTable, key(from, digest.String())
		if from == "" {
			source, name = blobTable, key(digest.String())
		}
		if mounted = tx.Get(source, name) != nil; mounted {
			tx.Put(layerTable, key(repository, digest.String()), []byte(present))
		}
		return nil
	})
	return mounted, err
}
