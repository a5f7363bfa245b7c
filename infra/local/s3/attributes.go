package s3

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxMetadata is the most bytes that names and values of an object's own metadata
// may have together, per "Working with object metadata" in the Amazon S3 user guide.
const maxMetadata = 2048

// attributes is what travels with an object's body and is replaced as a whole with it.
type attributes struct {
	System map[string]string `json:",omitempty"` // by canonical header name
	Meta   map[string]string `json:",omitempty"` // by name without x-amz-meta-, in lower case
	Tags   []tag             `json:",omitempty"`
}

func systemHeaders() []string {
	return []string{"Content-Type", "Content-Encoding", "Content-Language", "Content-Disposition", "Cache-Control", "Expires"}
}

// attributes reads an object's attributes from the request that makes it.
func (c *call) attributes() (a attributes, err error) {
	if err := checkFixedSettings(c.header); err != nil {
		return a, err
	}
	a.System = map[string]string{}
	for _, name := range systemHeaders() {
		if value := c.header.Get(name); value != "" {
			a.System[name] = value
		}
	}
	a.setEncoding()
	if a.Meta, err = metadata(c.header); err != nil {
		return a, err
	}
	a.Tags, err = tagsFromHeader(c.header.Get("X-Amz-Tagging"))
	return a, err
}

// setEncoding leaves aws-chunked out: it encodes the request, not the object.
func (a *attributes) setEncoding() {
	var kept []string
	for encoding := range strings.SplitSeq(a.System["Content-Encoding"], ",") {
		if encoding = strings.TrimSpace(encoding); encoding != "" && encoding != "aws-chunked" {
			kept = append(kept, encoding)
		}
	}
	if delete(a.System, "Content-Encoding"); len(kept) > 0 {
		a.System["Content-Encoding"] = strings.Join(kept, ",")
	}
}

func metadata(h http.Header) (map[string]string, error) {
	meta, size := map[string]string{}, 0
	for name, values := range h {
		short, ok := strings.CutPrefix(strings.ToLower(name), "x-amz-meta-")
		if !ok {
			continue
		}
		value := strings.Join(values, ",")
		if !utf8.ValidString(value) {
			return nil, invalidArgument(name, strings.ToValidUTF8(value, "?"), "The metadata value is not UTF-8.")
		}
		meta[short] = value
		size += len(short) + len(value)
	}
	if size > maxMetadata {
		return nil, newFault(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size").
			with("Size", strconv.Itoa(size)).with("MaxSizeAllowed", strconv.Itoa(maxMetadata))
	}
	return meta, nil
}

// checkFixedSettings accepts the settings that have only one value here, spelled
// out: private objects in the standard class, encrypted with keys that S3 manages.
func checkFixedSettings(h http.Header) error {
	if class := h.Get("X-Amz-Storage-Class"); class != "" && class != "STANDARD" {
		return newFault(http.StatusBadRequest, "InvalidStorageClass",
			"The storage class you specified is not valid: only STANDARD is implemented").with("StorageClassRequested", class)
	}
	if acl := h.Get("X-Amz-Acl"); acl != "" && acl != "private" && acl != "bucket-owner-full-control" {
		return newFault(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs")
	}
	if kind := h.Get("X-Amz-Server-Side-Encryption"); kind != "" && kind != "AES256" {
		return notImplemented("header", "x-amz-server-side-encryption: "+kind)
	}
	if key := h.Get("X-Amz-Server-Side-Encryption-Bucket-Key-Enabled"); key != "" && key != "false" {
		return notImplemented("header", "x-amz-server-side-encryption-bucket-key-enabled: "+key)
	}
	return nil
}

// setHeaders adds the attributes to an answer.
func (a attributes) setHeaders(h http.Header) {
	h.Set("Content-Type", "binary/octet-stream")
	for name, value := range a.System {
		h.Set(name, value)
	}
	for name, value := range a.Meta {
		h["x-amz-meta-"+name] = []string{value} // in lower case on the wire, as S3 sends it: the aws command shows it so
	}
	if len(a.Tags) > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(len(a.Tags)))
	}
}
