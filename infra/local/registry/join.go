package registry

import (
	"errors"
	"io"

	"slipway/infra/local/store"
)

// join returns the only part of u, which is what most clients send, or else a draft
// of all its parts.
func (e *Engine) join(u upload) (body, error) {
	if len(u.Parts) == 1 {
		return u.Parts[0], nil
	}
	parts := &partsReader{bodies: e.bodies, left: u.Parts}
	whole, err := e.bodies.receive(parts)
	if err != nil {
		return body{}, errors.Join(err, parts.Close())
	}
	return whole, nil
}

// discardJoined discards what join made of u, unless that is a part of it.
func (e *Engine) discardJoined(u upload, whole body) error {
	if len(u.Parts) == 1 {
		return nil
	}
	return e.bodies.discard(whole)
}

// cancelUpload returns BLOB_UPLOAD_UNKNOWN when u is there no more.
func (e *Engine) cancelUpload(u upload) error {
	return e.Store.Update(func(tx store.Tx) error {
		now, err := readUpload(tx, u.Repository, u.ID)
		if err != nil {
			return err
		}
		e.dropUpload(tx, now)
		return nil
	})
}

func (e *Engine) dropUpload(tx store.Tx, u upload) {
	tx.Delete(uploadTable, key(u.ID))
	for _, part := range u.Parts {
		e.bodies.remove(tx, part)
	}
}

// expireUploads removes the uploads whose clients have given up.
func (e *Engine) expireUploads() error {
	return e.Store.Update(func(tx store.Tx) error {
		var expired []upload
		for _, value := range tx.Scan(uploadTable, nil) {
			u, err := store.ParseJSON[upload](uploadTable, value)
			if err != nil {
				return err
			}
			if u.Began.Before(e.Clock.Now().Add(-uploadLife)) {
				expired = append(expired, *u)
			}
		}
		for _, u := range expired {
			e.dropUpload(tx, u)
		}
		return nil
	})
}

// A partsReader reads bodies one after another with one open at a time.
type partsReader struct {
	bodies bodies
	left   []body
	now    io.ReadCloser // nil before the first and between two
}

// Read implements [io.Reader].
func (r *partsReader) Read(p []byte) (int, error) {
	for {
		if r.now == nil {
			if len(r.left) == 0 {
				return 0, io.EOF
			}
			next, err := r.bodies.open(r.left[0])
			if err != nil {
				return 0, err
			}
			r.now, r.left = next, r.left[1:]
		}
		n, err := r.now.Read(p)
		if n > 0 || err != io.EOF {
			return n, err
		}
		if err := r.Close(); err != nil {
			return 0, err
		}
	}
}

// Close closes the body that is open, if there is one.
func (r *partsReader) Close() error {
	if r.now == nil {
		return nil
	}
	now := r.now
	r.now = nil
	return now.Close()
}
