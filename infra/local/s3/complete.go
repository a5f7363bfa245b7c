package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"slipway/infra/local/store"
)

type completeBody struct {
	XMLName xml.Name `xml:"CompleteMultipartUpload"`
	Part    []completedPart
	strays
}

type completedPart struct {
	PartNumber int
	ETag       string
	checksumElements
	strays
}

func (b *completeBody) children() (all []strays) {
	for _, p := range b.Part {
		all = append(all, p.strays)
	}
	return all
}

type completeResult struct {
	XMLName                     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
	Location, Bucket, Key, ETag string
	checksumElements
	ChecksumType checksumType
}

// A promise is what a CompleteMultipartUpload says of the object that it makes.
type promise struct {
	size int64 // -1 when nothing is said
	sums map[algorithm]string
	kind checksumType
}

// takePromise reads the promise and takes its checksum out of the headers, where
// it would seem to be the request body's own.
func (c *call) takePromise() (p promise, err error) {
	p = promise{size: -1, sums: map[algorithm]string{}, kind: checksumType(c.header.Get("X-Amz-Checksum-Type"))}
	for _, a := range algorithms() {
		if value := c.header.Get(a.header()); value != "" {
			p.sums[a] = value
			c.header.Del(a.header())
		}
	}
	if size := c.header.Get("X-Amz-Mp-Object-Size"); size != "" {
		if p.size, err = parseOffset(size); err != nil {
			return p, invalidArgument("x-amz-mp-object-size", size, "The value of the x-amz-mp-object-size header must be a number of bytes")
		}
	}
	return p, nil
}

func (c *call) completeMultipartUpload() error {
	condition, err := c.writeCondition()
	if err != nil {
		return err
	}
	said, err := c.takePromise()
	if err != nil {
		return err
	}
	var body completeBody
	if err := c.requireDocument(&body); err != nil {
		return err
	}
	v, b := &version{Multipart: true}, (*bucket)(nil)
	err = c.engine.Store.Update(func(tx store.Tx) error {
		u, err := c.getUpload(tx)
		if err != nil {
			return err
		}
		if err := c.assemble(tx, u, body.Part, v); err != nil {
			return err
		}
		if err := said.check(v); err != nil {
			return err
		}
		kept := map[string]bool{}
		for _, s := range v.Segments {
			kept[s.Body] = true
		}
		if err := c.engine.removeUpload(tx, u, kept); err != nil {
			return err
		}
		b, err = c.create(tx, v, condition, reasonComplete)
		return err
	})
	if err != nil {
		return err
	}
	c.describe(b, v)
	result := completeResult{Location: "/" + c.bucket + "/" + c.key, Bucket: c.bucket, Key: c.key, ETag: quoted(v.ETag),
		checksumElements: elementsOf(v.Checksum.Algorithm, v.Checksum.Value), ChecksumType: v.Checksum.Type}
	return c.answer(http.StatusOK, result)
}

// check holds what was promised against the object that came out.
func (p promise) check(v *version) error {
	if p.size >= 0 && p.size != v.Size {
		return invalidRequest("The provided 'x-amz-mp-object-size' header value %d does not match what was computed: %d", p.size, v.Size)
	}
	if p.kind != "" && p.kind != v.Checksum.Type {
		return invalidRequest("The upload was created using the %s checksum mode. The complete request must use the same checksum mode.", v.Checksum.Type)
	}
	for _, a := range sortedKeys(p.sums) {
		value, _, _ := strings.Cut(v.Checksum.Value, "-")
		if a != v.Checksum.Algorithm || p.sums[a] != value && p.sums[a] != v.Checksum.Value {
			return newFault(http.StatusBadRequest, "BadDigest", "The %s you specified did not match the calculated checksum.", a)
		}
	}
	return nil
}

// assemble sets body, ETag and checksum of v from the parts that the request lists.
func (c *call) assemble(tx store.Tx, u *upload, listed []completedPart, v *version) error {
	if len(listed) == 0 || len(listed) > maxParts {
		return malformedXML("a CompleteMultipartUpload holds 1 to 10000 Part elements")
	}
	if !ascending(listed) {
		return newFault(http.StatusBadRequest, "InvalidPartOrder",
			"The list of parts was not in ascending order. The parts list must be specified in order by part number.").with("UploadId", u.ID)
	}
	v.attributes = u.attributes
	sum, etag := newPartSum(u), md5.New()
	for i, want := range listed {
		p, err := findPart(tx, u, want)
		if err != nil {
			return err
		}
		if last := i == len(listed)-1; !last && p.Size < minPartSize {
			return newFault(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size").
				with("PartNumber", strconv.Itoa(p.Number)).with("ETag", p.MD5).
				with("ProposedSize", strconv.FormatInt(p.Size, 10)).with("MinSizeAllowed", strconv.Itoa(minPartSize))
		}
		raw, err := p.md5()
		if err != nil {
			return fmt.Errorf("read the MD5 of part %d: %w", p.Number, err)
		}
		etag.Write(raw)
		if err := sum.add(p); err != nil {
			return err
		}
		v.Segments = append(v.Segments, segment{p.Number, p.Size, p.Body})
		v.Size += p.Size
	}
	v.ETag = fmt.Sprintf("%s-%d", hex.EncodeToString(etag.Sum(nil)), len(listed))
	v.Checksum = sum.checksum(len(listed))
	return nil
}

func ascending(listed []completedPart) bool {
	for i := range len(listed) - 1 {
		if listed[i].PartNumber >= listed[i+1].PartNumber {
			return false
		}
	}
	return true
}

// findPart returns the part that the request lists, if it is the one that was uploaded.
func findPart(tx store.Tx, u *upload, want completedPart) (*part, error) {
	var p *part
	var err error
	if want.PartNumber >= 1 && want.PartNumber <= maxParts {
		p, err = store.GetJSON[part](tx, partTable, partRow(u.ID, want.PartNumber))
	}
	if err != nil {
		return nil, err
	}
	if p == nil || strings.Trim(want.ETag, `"`) != p.MD5 {
		return nil, invalidPart(u, want)
	}
	if u.Declared && u.Type == composite && *want.of(u.Algorithm) == "" {
		return nil, invalidRequest("The upload was created using a %s checksum. The complete request must include the checksum for each part. It was missing for part %d in the request.",
			strings.ToLower(string(u.Algorithm)), want.PartNumber)
	}
	for _, a := range algorithms() {
		if given := *want.of(a); given != "" && given != p.Sums[a] {
			return nil, invalidPart(u, want)
		}
	}
	return p, nil
}

func invalidPart(u *upload, want completedPart) *fault {
	return newFault(http.StatusBadRequest, "InvalidPart",
		"One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.").
		with("UploadId", u.ID).with("PartNumber", strconv.Itoa(want.PartNumber)).with("ETag", want.ETag)
}

// A partSum makes an object's checksum from those of its parts.
type partSum struct {
	upload *upload
	raw    bytes.Buffer // the parts' checksums, one after another
	whole  []byte       // the checksum of the bytes so far
}

func newPartSum(u *upload) *partSum { return &partSum{upload: u} }

func (s *partSum) add(p *part) error {
	a := s.upload.Algorithm
	sum, err := base64.StdEncoding.DecodeString(p.Sums[a])
	if err != nil || len(sum) == 0 {
		return fmt.Errorf("read the %s of part %d: %q is no checksum", a, p.Number, p.Sums[a])
	}
	s.raw.Write(sum)
	switch {
	case s.upload.Type == composite:
	case s.whole == nil:
		s.whole = sum
	default:
		s.whole = a.combine(s.whole, sum, p.Size)
	}
	return nil
}

func (s *partSum) checksum(count int) checksum {
	a := s.upload.Algorithm
	if s.upload.Type == fullObject {
		return checksum{a, a.encode(s.whole), fullObject}
	}
	h := a.new()
	h.Write(s.raw.Bytes())
	return checksum{a, fmt.Sprintf("%s-%d", a.encode(h.Sum(nil)), count), composite}
}
