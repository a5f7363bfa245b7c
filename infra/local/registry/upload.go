package registry

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"slipway/infra/local/store"
)

// uploadLife is how long an upload may lie before the next start of the engine removes it.
const uploadLife = 24 * time.Hour

// An upload is a blob on its way: the parts of it that were acknowledged, in order.
type upload struct {
	ID         string
	Repository string
	Began      time.Time
	Parts      []body
}

func (u upload) size() int64 {
	var size int64
	for _, part := range u.Parts {
		size += part.Size
	}
	return size
}

// readUpload returns BLOB_UPLOAD_UNKNOWN when the repository has no such upload.
func readUpload(tx store.Tx, repository, id string) (upload, error) {
	u, err := store.GetJSON[upload](tx, uploadTable, key(id))
	switch {
	case err != nil:
		return upload{}, err
	case u == nil || u.Repository != repository:
		return upload{}, uploadUnknown(id)
	}
	return *u, nil
}

// upload returns BLOB_UPLOAD_UNKNOWN when the repository has no such upload.
func (e *Engine) upload(repository, id string) (u upload, err error) {
	err = e.Store.View(func(tx store.Tx) error {
		u, err = readUpload(tx, repository, id)
		return err
	})
	return u, err
}

func (e *Engine) beginUpload(repository string) (upload, error) {
	u := upload{ID: e.NewID(), Repository: repository, Began: e.Clock.Now()}
	return u, e.Store.Update(func(tx store.Tx) error { return store.PutJSON(tx, uploadTable, key(u.ID), u) })
}

// extendUpload adds what content has to u, which it returns as it is then. A body of
// the wrong length (unless length is below 0) and one that came second to another are refused.
func (e *Engine) extendUpload(u upload, content io.Reader, length int64) (upload, error) {
	part, err := e.bodies.receive(content)
	if err != nil {
		return u, err
	}
	err = e.Store.Update(func(tx store.Tx) error {
		now, err := readUpload(tx, u.Repository, u.ID)
		switch {
		case err != nil:
			return err
		case length >= 0 && part.Size != length:
			return sizeInvalid("the chunk has %d bytes, and its Content-Range promises %d", part.Size, length)
		case now.size() != u.size():
			return rangeInvalid(now)
		}
		e.bodies.keep(tx, part)
		u.Parts = append(slices.Clip(u.Parts), part)
		return store.PutJSON(tx, uploadTable, key(u.ID), u)
	})
	if err != nil {
		return u, errors.Join(err, e.bodies.discard(part))
	}
	return u, nil
}

// finishUpload makes a blob of u. When its digest is another, u is gone and DIGEST_INVALID returned.
func (e *Engine) finishUpload(u upload, digest v1.Hash) error {
	whole, err := e.join(u)
	if errors.Is(err, fs.ErrNotExist) { // another request has finished or cancelled it meanwhile
		return uploadUnknown(u.ID)
	}
	if err != nil {
		return err
	}
	if whole.Digest != digest {
		return errors.Join(digestMismatch(digest.String(), whole.Digest.String()), e.cancelUpload(u), e.discardJoined(u, whole))
	}
	err = e.Store.Update(func(tx store.Tx) error {
		now, err := readUpload(tx, u.Repository, u.ID)
		switch {
		case err != nil:
			return err
		case now.size() != u.size():
			return rangeInvalid(now)
		}
		tx.Delete(uploadTable, key(u.ID))
		for _, part := range u.Parts {
			if part.ID != whole.ID {
				e.bodies.remove(tx, part)
			}
		}
		return e.addBlob(tx, u.Repository, whole)
	})
	if err != nil {
		return errors.Join(err, e.discardJoined(u, whole))
	}
	return nil
}
