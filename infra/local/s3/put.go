package s3

import (
	"errors"
	"net/http"

	"slipway/infra/local/store"
)

func (c *call) putObject() error {
	attributes, err := c.attributes()
	if err != nil {
		return err
	}
	condition, err := c.writeCondition()
	if err != nil {
		return err
	}
	if _, err := c.readBucket(); err != nil {
		return err // before the body travels
	}
	body, err := c.payload(c.unsummed())
	if err != nil {
		return err
	}
	v := &version{attributes: attributes}
	b, err := c.store(v, body, condition, reasonPut)
	if err != nil {
		return err
	}
	c.describe(b, v)
	c.w.Header().Set("ETag", quoted(v.ETag))
	v.Checksum.setHeaders(c.w.Header())
	return c.status(http.StatusOK)
}

// unsummed returns the algorithm that S3 chooses for a body that comes without a checksum, else "".
func (c *call) unsummed() algorithm {
	for _, a := range algorithms() {
		if c.header.Get(a.header()) != "" || c.header.Get("X-Amz-Trailer") != "" {
			return ""
		}
	}
	return defaultAlgorithm
}

// store takes the body in and makes v of it, as one segment.
func (c *call) store(v *version, body *payload, condition writeCondition, reason string) (b *bucket, err error) {
	d, found, err := c.engine.receive(body)
	if err != nil {
		return nil, err
	}
	v.ETag, v.Size = found.etag(), found.size
	v.Segments = []segment{{Number: 1, Size: found.size, Body: d.id}}
	for a, value := range found.sums {
		v.Checksum = checksum{a, value, fullObject}
	}
	err = c.engine.Store.Update(func(tx store.Tx) error {
		if b, err = c.create(tx, v, condition, reason); err == nil {
			c.engine.keep(tx, d)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, c.engine.discard(d))
	}
	return b, nil
}

// keep and discard settle a draft of receive, which has no id when the body was empty.
func (e *Engine) keep(tx store.Tx, d draft) {
	if d.id != "" {
		e.bodies.keep(tx, d)
	}
}

func (e *Engine) discard(d draft) error {
	if d.id == "" {
		return nil
	}
	return e.bodies.discard(d)
}

// describe tells in the answer's headers what every write tells there of what it made.
func (c *call) describe(b *bucket, v *version) {
	h := c.w.Header()
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	if b.Versioning == versioningEnabled {
		h.Set("X-Amz-Version-Id", v.ID)
	}
}
