package s3

import (
	"bytes"
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// nullVersion is the id of a version made while versioning was not enabled; a key has at most one.
const nullVersion = "null"

// A version is one version of an object, or a delete marker.
type version struct {
	Key       string
	ID        string
	Sequence  uint64
	Marker    bool `json:",omitempty"` // a delete marker has no ETag, size or attributes
	ETag      string
	Size      int64
	Modified  time.Time
	Segments  []segment `json:",omitempty"`
	Multipart bool      `json:",omitempty"`
	Checksum  checksum
	attributes
}

// A segment is a part of an object's body, in part order; what was put at once is one segment.
type segment struct {
	Number int
	Size   int64
	Body   string `json:",omitempty"` // empty when Size is 0
}

// sequencer is the version's place in the order of changes to its key, as hexadecimal
// digits of fixed length: the greater text is the later change.
func (v *version) sequencer() string { return fmt.Sprintf("%018X", v.Sequence) }

// stretches returns where the bytes of the version from offset on are kept.
func (v *version) stretches(offset, length int64) []stretch {
	var all []stretch
	for _, s := range v.Segments {
		if length == 0 {
			break
		}
		if offset >= s.Size {
			offset -= s.Size
			continue
		}
		n := min(length, s.Size-offset)
		all = append(all, stretch{s.Body, offset, n})
		offset, length = 0, length-n
	}
	return all
}

// current returns the newest version of key, which may be a delete marker, or nil.
func current(tx store.Tx, bucket, key string) (*version, error) {
	stem := keyStem(bucket, key)
	row, raw := seek(tx, objectTable, stem, stem)
	if row == nil {
		return nil, nil
	}
	return store.ParseJSON[version](objectTable, raw)
}

// versionByID returns a version of key, which may be a delete marker, or nil.
func versionByID(tx store.Tx, bucket, key, id string) (*version, error) {
	row := tx.Get(versionTable, namedRow(bucket, key, id))
	if row == nil {
		return nil, nil
	}
	return store.GetJSON[version](tx, objectTable, row)
}

// addVersion makes v the current version of its key in b and sets its ID and
// Sequence. Unless versioning is enabled it replaces the null version.
func (e *Engine) addVersion(tx store.Tx, b *bucket, v *version) error {
	v.Sequence = nextSequence(tx)
	if b.Versioning == versioningEnabled {
		v.ID = e.NewID()
	} else {
		v.ID = nullVersion
		if _, err := e.removeVersion(tx, b, v.Key, nullVersion); err != nil {
			return err
		}
	}
	row := objectRow(b.Spec.Name, v.Key, v.Sequence)
	tx.Put(versionTable, namedRow(b.Spec.Name, v.Key, v.ID), row)
	return store.PutJSON(tx, objectTable, row, v)
}

// saveVersion writes v, which is in the store already, with changed attributes.
func saveVersion(tx store.Tx, bucket string, v *version) error {
	return store.PutJSON(tx, objectTable, objectRow(bucket, v.Key, v.Sequence), v)
}

// removeVersion removes a version and its bodies for good, and returns it, or nil when there is none.
func (e *Engine) removeVersion(tx store.Tx, b *bucket, key, id string) (*version, error) {
	name := namedRow(b.Spec.Name, key, id)
	row := bytes.Clone(tx.Get(versionTable, name))
	if row == nil {
		return nil, nil
	}
	v, err := store.GetJSON[version](tx, objectTable, row)
	if err != nil {
		return nil, err
	}
	for _, s := range v.Segments {
		if s.Body != "" {
			e.bodies.remove(tx, s.Body)
		}
	}
	tx.Delete(objectTable, row)
	tx.Delete(versionTable, name)
	return v, nil
}
