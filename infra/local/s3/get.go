package s3

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"slipway/infra/local/store"
)

// getObject serves GetObject and HeadObject.
func (c *call) getObject() error {
	release := c.engine.bodies.pin()
	defer release()
	var plan reading
	err := c.engine.Store.View(func(tx store.Tx) (err error) {
		plan, err = c.plan(tx)
		return err
	})
	if err != nil {
		return err
	}
	if plan.body == nil {
		return c.status(plan.status)
	}
	defer plan.body.Close() // it was only read
	c.w.WriteHeader(plan.status)
	// The status is sent: a body cut short is all that can tell the client of a
	// failure from here on. Its Content-Length shows it.
	_, _ = io.Copy(c.w, plan.body)
	return nil
}

// A reading is a GetObject that may go ahead.
type reading struct {
	status int
	body   io.ReadCloser // nil for a HeadObject
}

// plan finds what the request may read and sets the answer's headers.
func (c *call) plan(tx store.Tx) (r reading, err error) {
	v, err := c.find(tx, c.query.Get("versionId"))
	if err != nil {
		return r, err
	}
	h := c.w.Header()
	h.Set("ETag", quoted(v.ETag))
	h.Set("Last-Modified", v.Modified.Format(http.TimeFormat))
	if f := c.readCondition("").check(v); f != nil {
		return r, f
	}
	part, err := c.part(v)
	if err != nil {
		return r, err
	}
	if err := c.setObjectHeaders(v, part == nil); err != nil {
		return r, err
	}
	r.status = http.StatusOK
	if part == nil {
		part = &span{0, v.Size}
	} else {
		r.status = http.StatusPartialContent
		if part.length > 0 {
			h.Set("Content-Range", part.contentRange(v.Size))
		}
	}
	h.Set("Content-Length", strconv.FormatInt(part.length, 10))
	if c.r.Method == http.MethodHead {
		return r, nil
	}
	r.body, err = c.engine.bodies.open(tx, v.stretches(part.offset, part.length))
	return r, err
}

// find returns the version that id names, or the current one when id is empty; a delete marker is not found.
func (c *call) find(tx store.Tx, id string) (*version, error) {
	b, err := getBucket(tx, c.bucket)
	if err != nil {
		return nil, err
	}
	v, err := lookUp(tx, c.bucket, c.key, id)
	if err != nil {
		return nil, err
	}
	if b.Versioning != "" {
		c.w.Header().Set("X-Amz-Version-Id", v.ID)
	}
	if !v.Marker {
		return v, nil
	}
	c.w.Header().Set("X-Amz-Delete-Marker", "true")
	if id == "" {
		return nil, noSuchKey(c.key)
	}
	c.w.Header().Set("Allow", http.MethodDelete)
	c.w.Header().Set("Last-Modified", v.Modified.Format(http.TimeFormat))
	return nil, methodNotAllowed(c.r.Method).with("ResourceType", "DeleteMarker")
}

// lookUp returns the version that id names, or the current one when id is empty; it may be a delete marker.
func lookUp(tx store.Tx, bucket, key, id string) (*version, error) {
	if id == "" {
		v, err := current(tx, bucket, key)
		if err == nil && v == nil {
			err = noSuchKey(key)
		}
		return v, err
	}
	v, err := versionByID(tx, bucket, key, id)
	if err == nil && v == nil {
		err = noSuchVersion(key, id)
	}
	return v, err
}

// part returns the stretch of v that the request asks for, by bytes or by part number, or nil for all of it.
func (c *call) part(v *version) (*span, error) {
	asked := c.query.Get("partNumber")
	ranged := c.header.Get("Range")
	if asked == "" {
		return parseRange(ranged, v.Size)
	}
	if ranged != "" {
		return nil, invalidRequest("Cannot specify both Range header and partNumber query parameter")
	}
	number, err := partNumber(asked)
	if err != nil {
		return nil, err
	}
	if v.Multipart {
		c.w.Header().Set("X-Amz-Mp-Parts-Count", strconv.Itoa(len(v.Segments)))
	}
	offset := int64(0)
	for i, s := range v.Segments {
		if i+1 == number {
			return &span{offset, s.Size}, nil
		}
		offset += s.Size
	}
	return nil, newFault(http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable").
		with("PartNumberRequested", asked).with("ActualPartCount", strconv.Itoa(len(v.Segments)))
}

// setObjectHeaders sets what describes v, and what the request wants said instead.
// S3 gives an object's checksum only with the whole of it.
func (c *call) setObjectHeaders(v *version, whole bool) error {
	h := c.w.Header()
	v.attributes.setHeaders(h)
	h.Set("Accept-Ranges", "bytes")
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	if whole && strings.EqualFold(c.header.Get("X-Amz-Checksum-Mode"), "ENABLED") {
		v.Checksum.setHeaders(h)
	}
	for _, name := range systemHeaders() {
		parameter := "response-" + strings.ToLower(name)
		if !c.query.Has(parameter) {
			continue
		}
		if c.caller.key == "" {
			return invalidRequest("Request specific response headers cannot be used for anonymous GET requests.")
		}
		h.Set(name, c.query.Get(parameter))
	}
	return nil
}
