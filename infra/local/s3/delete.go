package s3

import (
	"encoding/xml"
	"errors"
	"net/http"

	"slipway/infra/local/store"
)

// A deletion is what became of one DeleteObject.
type deletion struct {
	version string // the id of the version that was removed or of the delete marker that was made, if any
	marker  bool   // whether that is a delete marker
}

// delete deletes key as DeleteObject does: with a version id for good; without one
// by a delete marker when the bucket has versions.
func (c *call) delete(tx store.Tx, b *bucket, key, id string, condition writeCondition) (deletion, error) {
	target, err := lookUp(tx, c.bucket, key, id)
	if f, ok := errors.AsType[*fault](err); ok && f.status == http.StatusNotFound {
		target, err = nil, nil // what is not there is deleted already
	}
	if err == nil {
		err = condition.check(key, target)
	}
	if err != nil {
		return deletion{}, err
	}
	if id != "" {
		removed, err := c.engine.removeVersion(tx, b, key, id)
		return deletion{id, removed != nil && removed.Marker}, err
	}
	if b.Versioning == "" {
		_, err := c.engine.removeVersion(tx, b, key, nullVersion)
		return deletion{}, err
	}
	marker := &version{Key: key, Marker: true, Modified: c.engine.now()}
	err = c.engine.addVersion(tx, b, marker)
	return deletion{marker.ID, true}, err
}

func (c *call) deleteObject() error {
	condition, err := c.writeCondition()
	if err != nil {
		return err
	}
	var done deletion
	err = c.engine.Store.Update(func(tx store.Tx) error {
		b, err := getBucket(tx, c.bucket)
		if err == nil {
			done, err = c.delete(tx, b, c.key, c.query.Get("versionId"), condition)
		}
		return err
	})
	if err != nil {
		return err
	}
	if done.version != "" {
		c.w.Header().Set("X-Amz-Version-Id", done.version)
	}
	if done.marker {
		c.w.Header().Set("X-Amz-Delete-Marker", "true")
	}
	return c.status(http.StatusNoContent)
}

// maxDeletes is how many keys one DeleteObjects may name.
const maxDeletes = 1000

type deleteBody struct {
	XMLName xml.Name `xml:"Delete"`
	Quiet   bool
	Object  []deleteEntry
	strays
}

type deleteEntry struct {
	Key, VersionId, ETag string
	strays
}

func (b *deleteBody) children() (all []strays) {
	for _, o := range b.Object {
		all = append(all, o.strays)
	}
	return all
}

type deleteResult struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
	Deleted []deletedEntry
	Error   []deleteError
}

type deletedEntry struct {
	Key                   string
	VersionId             string `xml:",omitempty"`
	DeleteMarker          bool   `xml:",omitempty"`
	DeleteMarkerVersionId string `xml:",omitempty"`
}

type deleteError struct {
	Key       string
	VersionId string `xml:",omitempty"`
	Code      string
	Message   string
}

func (c *call) deleteObjects() error {
	claimed, err := c.claims()
	if err != nil {
		return err
	}
	if claimed.md5 == "" && claimed.summed == "" {
		return invalidRequest("Missing required header for this request: Content-MD5")
	}
	var body deleteBody
	if err := c.requireDocument(&body); err != nil {
		return err
	}
	if len(body.Object) == 0 || len(body.Object) > maxDeletes {
		return malformedXML("a Delete holds 1 to 1000 Object elements")
	}
	var result deleteResult
	err = c.engine.Store.Update(func(tx store.Tx) error {
		b, err := getBucket(tx, c.bucket)
		if err != nil {
			return err
		}
		for _, o := range body.Object {
			if err := c.deleteEntry(tx, b, o, &result); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if body.Quiet {
		result.Deleted = nil
	}
	return c.answer(http.StatusOK, result)
}

// deleteEntry adds to result what became of one entry; a refused entry doesn't stop the others.
func (c *call) deleteEntry(tx store.Tx, b *bucket, o deleteEntry, result *deleteResult) error {
	if o.Key == "" {
		return malformedXML("an Object has no Key")
	}
	done, err := c.delete(tx, b, o.Key, o.VersionId, writeCondition{match: o.ETag})
	if f, ok := errors.AsType[*fault](err); ok {
		result.Error = append(result.Error, deleteError{o.Key, o.VersionId, f.code, f.message})
		return nil
	}
	entry := deletedEntry{Key: o.Key, VersionId: o.VersionId, DeleteMarker: done.marker}
	if done.marker {
		entry.DeleteMarkerVersionId = done.version
	}
	result.Deleted = append(result.Deleted, entry)
	return err
}
