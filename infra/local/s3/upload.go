package s3

import (
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"slipway/infra/local/store"
)

// Limits of multipart uploads, per "Amazon S3 multipart upload limits".
const (
	maxParts    = 10000
	minPartSize = 5 << 20 // bytes; the last part may be smaller
)

// An upload is a multipart upload in progress.
type upload struct {
	Bucket, Key string
	ID          string
	Initiated   time.Time
	Algorithm   algorithm // of the object's checksum
	Type        checksumType
	Declared    bool // whether the client chose Algorithm, so that parts must use it too
	attributes
}

// A part is a part of an upload in progress.
type part struct {
	Number   int
	Size     int64
	MD5      string // hexadecimal
	Modified time.Time
	Body     string `json:",omitempty"` // empty when Size is 0
	Sums     map[algorithm]string
}

// getUpload returns the upload that the request names, or NoSuchUpload.
func (c *call) getUpload(tx store.Tx) (*upload, error) {
	if _, err := getBucket(tx, c.bucket); err != nil {
		return nil, err
	}
	id := c.query.Get("uploadId")
	u, err := store.GetJSON[upload](tx, uploadTable, namedRow(c.bucket, c.key, id))
	if err == nil && u == nil {
		err = noSuchUpload(id)
	}
	return u, err
}

// readUpload is getUpload in a transaction of its own.
func (c *call) readUpload() (u *upload, err error) {
	err = c.engine.Store.View(func(tx store.Tx) error {
		u, err = c.getUpload(tx)
		return err
	})
	return u, err
}

// parts returns the parts of an upload with numbers greater than after, in order.
func parts(tx store.Tx, upload string, after int) (all []*part, err error) {
	stem := partStem(upload)
	for row, raw := range tx.Scan(partTable, partRow(upload, after+1)) {
		if len(row) < len(stem) || string(row[:len(stem)]) != string(stem) {
			break
		}
		p, err := store.ParseJSON[part](partTable, raw)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// removeUpload ends an upload and removes the bodies of its parts, except the kept ones.
func (e *Engine) removeUpload(tx store.Tx, u *upload, kept map[string]bool) error {
	all, err := parts(tx, u.ID, 0)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Body != "" && !kept[p.Body] {
			e.bodies.remove(tx, p.Body)
		}
		tx.Delete(partTable, partRow(u.ID, p.Number))
	}
	tx.Delete(uploadTable, namedRow(u.Bucket, u.Key, u.ID))
	return nil
}

type createUploadResult struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
	Bucket, Key, UploadId string
}

func (c *call) createMultipartUpload() error {
	u := &upload{Bucket: c.bucket, Key: c.key, Initiated: c.engine.now()}
	var err error
	if u.attributes, err = c.attributes(); err != nil {
		return err
	}
	if err := u.choose(c.header); err != nil {
		return err
	}
	err = c.engine.Store.Update(func(tx store.Tx) error {
		if _, err := getBucket(tx, c.bucket); err != nil {
			return err
		}
		// The sequence number in front lists the uploads of a key in the order of their start.
		u.ID = fmt.Sprintf("%016x-%s", nextSequence(tx), c.engine.NewID())
		return store.PutJSON(tx, uploadTable, namedRow(c.bucket, c.key, u.ID), u)
	})
	if err != nil {
		return err
	}
	h := c.w.Header()
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	if u.Declared {
		h.Set("X-Amz-Checksum-Algorithm", string(u.Algorithm))
		h.Set("X-Amz-Checksum-Type", string(u.Type))
	}
	return c.answer(http.StatusOK, createUploadResult{Bucket: c.bucket, Key: c.key, UploadId: u.ID})
}

// choose sets the upload's checksum, per "Full object and composite checksum types" in the Amazon S3 user guide.
func (u *upload) choose(h http.Header) (err error) {
	if u.Algorithm, err = parseAlgorithm(h, "X-Amz-Checksum-Algorithm"); err != nil {
		return err
	}
	asked := checksumType(h.Get("X-Amz-Checksum-Type"))
	if u.Declared = u.Algorithm != ""; !u.Declared {
		if asked != "" {
			return invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
		}
		u.Algorithm, u.Type = defaultAlgorithm, fullObject
		return nil
	}
	u.Type = composite
	if u.Algorithm == algorithmCRC64NVME {
		u.Type = fullObject
	}
	if asked == "" {
		return nil
	}
	sha := u.Algorithm == algorithmSHA1 || u.Algorithm == algorithmSHA256
	if asked != fullObject && asked != composite || asked == fullObject && sha || asked == composite && u.Algorithm == algorithmCRC64NVME {
		return invalidRequest("The %s checksum type cannot be used with the %s checksum algorithm.", asked, u.Algorithm)
	}
	u.Type = asked
	return nil
}

func (c *call) abortMultipartUpload() error {
	err := c.engine.Store.Update(func(tx store.Tx) error {
		u, err := c.getUpload(tx)
		if err != nil {
			return err
		}
		return c.engine.removeUpload(tx, u, nil)
	})
	if err != nil {
		return err
	}
	return c.status(http.StatusNoContent)
}

func partNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxParts {
		return 0, invalidArgument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive")
	}
	return n, nil
}

func (p *part) md5() ([]byte, error) { return hex.DecodeString(p.MD5) }
