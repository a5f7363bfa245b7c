package s3

import (
	"crypto/md5"
	"encoding/xml"
	"hash"
	"io"
	"net/http"

	"slipway/infra/local/store"
)

type copyResult struct {
	XMLName      xml.Name
	LastModified string
	ETag         string
	checksumElements
	ChecksumType checksumType `xml:",omitempty"`
}

func newCopyResult(element string) copyResult {
	return copyResult{XMLName: xml.Name{Space: "http://s3.amazonaws.com/doc/2006-03-01/", Local: element}}
}

func (c *call) copyObject() error {
	from, err := parseSource(c.header.Get("X-Amz-Copy-Source"))
	if err != nil {
		return err
	}
	condition, err := c.writeCondition()
	if err != nil {
		return err
	}
	sum, err := parseAlgorithm(c.header, "X-Amz-Checksum-Algorithm")
	if err != nil {
		return err
	}
	if _, err := c.readBucket(); err != nil {
		return err
	}
	release := c.engine.bodies.pin()
	defer release()
	old, body, err := c.openSource(from, func(v *version) (*span, error) { return nil, c.checkCopy(from, v) })
	if err != nil {
		return err
	}
	defer body.Close() // it was only read
	v := &version{}
	if v.attributes, err = c.copiedAttributes(old); err != nil {
		return err
	}
	if sum == "" {
		sum = old.Checksum.Algorithm
	}
	b, err := c.store(v, copied(body, old.Size, sum), condition, reasonCopy)
	if err != nil {
		return err
	}
	c.describe(b, v)
	result := newCopyResult("CopyObjectResult")
	result.LastModified, result.ETag = timestamp(v.Modified), quoted(v.ETag)
	result.checksumElements, result.ChecksumType = elementsOf(v.Checksum.Algorithm, v.Checksum.Value), v.Checksum.Type
	return c.answer(http.StatusOK, result)
}

// openSource opens the stretch of the source that cut chooses, all of it for nil. The bodies must be pinned.
func (c *call) openSource(from source, cut func(*version) (*span, error)) (v *version, body io.ReadCloser, err error) {
	err = c.engine.Store.View(func(tx store.Tx) error {
		if v, err = c.readSource(tx, from); err != nil {
			return err
		}
		part, err := cut(v)
		if err != nil {
			return err
		}
		if part == nil {
			part = &span{0, v.Size}
		}
		body, err = c.engine.bodies.open(tx, v.stretches(part.offset, part.length))
		return err
	})
	return v, body, err
}

// copied is a payload that promises nothing but its length.
func copied(body io.Reader, length int64, sum algorithm) *payload {
	p := &payload{source: body, length: length, hashes: map[string]hash.Hash{"MD5": md5.New()}}
	if sum != "" {
		p.hashes[string(sum)] = sum.new()
	}
	return p
}

// checkCopy refuses a copy that S3 refuses although it could be made.
func (c *call) checkCopy(from source, v *version) error {
	if v.Size > maxBody {
		return invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: %d", int64(maxBody))
	}
	same := from.bucket == c.bucket && from.key == c.key && from.version == ""
	if same && c.header.Get("X-Amz-Metadata-Directive") != "REPLACE" {
		return invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	return nil
}

// copiedAttributes is what the copy gets: by its directives, the source's attributes or the request's.
func (c *call) copiedAttributes(old *version) (attributes, error) {
	given, err := c.attributes()
	if err != nil {
		return given, err
	}
	replaceMeta, err := c.directive("X-Amz-Metadata-Directive")
	if err != nil {
		return given, err
	}
	replaceTags, err := c.directive("X-Amz-Tagging-Directive")
	if err != nil {
		return given, err
	}
	if !replaceMeta {
		given.System, given.Meta = old.System, old.Meta
	}
	if !replaceTags {
		given.Tags = old.Tags
	}
	return given, nil
}

func (c *call) directive(header string) (replace bool, err error) {
	switch value := c.header.Get(header); value {
	case "", "COPY":
		return false, nil
	case "REPLACE":
		return true, nil
	default:
		return false, invalidArgument(header, value, "Unknown directive %q: it must be COPY or REPLACE", value)
	}
}
