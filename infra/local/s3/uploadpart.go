package s3

import (
	"errors"
	"net/http"
	"strings"

	"slipway/infra/local/store"
)

func (c *call) uploadPart() error {
	number, err := partNumber(c.query.Get("partNumber"))
	if err != nil {
		return err
	}
	u, err := c.readUpload()
	if err != nil {
		return err
	}
	body, err := c.payload(u.Algorithm)
	if err != nil {
		return err
	}
	given := body.claimed.summed
	if u.Declared && given != "" && given != u.Algorithm {
		return invalidRequest("Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s",
			strings.ToLower(string(u.Algorithm)), strings.ToLower(string(given)))
	}
	p, err := c.storePart(number, body)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("ETag", quoted(p.MD5))
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	if given == "" {
		given = u.Algorithm
	}
	h.Set(given.header(), p.Sums[given])
	return c.status(http.StatusOK)
}

// storePart takes a part in, in place of an earlier one of its number.
func (c *call) storePart(number int, body *payload) (*part, error) {
	d, found, err := c.engine.receive(body)
	if err != nil {
		return nil, err
	}
	p := &part{Number: number, Size: found.size, MD5: found.etag(), Modified: c.engine.now(), Body: d.id, Sums: found.sums}
	err = c.engine.Store.Update(func(tx store.Tx) error {
		u, err := c.getUpload(tx) // it may have ended while the body travelled
		if err != nil {
			return err
		}
		row := partRow(u.ID, number)
		old, err := store.GetJSON[part](tx, partTable, row)
		if err != nil {
			return err
		}
		if old != nil && old.Body != "" {
			c.engine.bodies.remove(tx, old.Body)
		}
		c.engine.keep(tx, d)
		return store.PutJSON(tx, partTable, row, p)
	})
	if err != nil {
		return nil, errors.Join(err, c.engine.discard(d))
	}
	return p, nil
}

func (c *call) uploadPartCopy() error {
	number, err := partNumber(c.query.Get("partNumber"))
	if err != nil {
		return err
	}
	from, err := parseSource(c.header.Get("X-Amz-Copy-Source"))
	if err != nil {
		return err
	}
	u, err := c.readUpload()
	if err != nil {
		return err
	}
	release := c.engine.bodies.pin()
	defer release()
	var length int64
	_, body, err := c.openSource(from, func(v *version) (*span, error) {
		stretch, err := sourceRange(c.header.Get("X-Amz-Copy-Source-Range"), v.Size)
		length = stretch.length
		return &stretch, err
	})
	if err != nil {
		return err
	}
	defer body.Close() // it was only read
	p, err := c.storePart(number, copied(body, length, u.Algorithm))
	if err != nil {
		return err
	}
	c.w.Header().Set("X-Amz-Server-Side-Encryption", "AES256")
	result := newCopyResult("CopyPartResult")
	result.LastModified, result.ETag = timestamp(p.Modified), quoted(p.MD5)
	result.checksumElements = elementsOf(u.Algorithm, p.Sums[u.Algorithm])
	return c.answer(http.StatusOK, result)
}

// sourceRange reads x-amz-copy-source-range, which, unlike Range, must be whole and lie within the source.
func sourceRange(header string, size int64) (span, error) {
	all := span{0, size}
	if header != "" {
		from, to, ok := strings.Cut(strings.TrimPrefix(header, "bytes="), "-")
		first, err1 := parseOffset(from)
		last, err2 := parseOffset(to)
		if !ok || !strings.HasPrefix(header, "bytes=") || err1 != nil || err2 != nil || last < first {
			return all, invalidArgument("x-amz-copy-source-range", header,
				"The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
		}
		if last >= size {
			return all, invalidArgument("x-amz-copy-source-range", header, "Range specified is not valid for source object of size: %d", size)
		}
		all = span{first, last - first + 1}
	}
	if all.length > maxBody {
		return all, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: %d", int64(maxBody))
	}
	return all, nil
}
