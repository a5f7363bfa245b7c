package s3

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
)

// maxDocument is the most bytes that an XML document in a request may have: enough
// for a multipart upload of 10,000 parts with checksums.
const maxDocument = 4 << 20

// strays collects the elements that a document type doesn't know. Each type that
// is read from a request embeds it, so that none is ignored.
type strays struct {
	Stray []stray `xml:",any"`
}

type stray struct{ XMLName xml.Name }

func (s strays) unknown() string {
	if len(s.Stray) == 0 {
		return ""
	}
	return s.Stray[0].XMLName.Local
}

// A parent is a document type with elements that have strays of their own.
type parent interface{ children() []strays }

// parseDocument reads an XML document into body and refuses what body doesn't know.
func parseDocument(raw []byte, body interface{ unknown() string }) error {
	decoder := xml.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(body); err != nil {
		return malformedXML(err.Error())
	}
	if err := expectEnd(decoder); err != nil {
		return err
	}
	all := []strays{}
	if p, ok := body.(parent); ok {
		all = p.children()
	}
	if name := body.unknown(); name != "" {
		return notImplemented("element", name)
	}
	for _, s := range all {
		if name := s.unknown(); name != "" {
			return notImplemented("element", name)
		}
	}
	return nil
}

// expectEnd lets only white space and comments follow a document.
func expectEnd(decoder *xml.Decoder) error {
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return malformedXML(err.Error())
		}
		text, isText := token.(xml.CharData)
		if _, isComment := token.(xml.Comment); !isComment && !(isText && len(bytes.TrimSpace(text)) == 0) {
			return malformedXML("there is something after the document's end")
		}
	}
}

// document verifies the request's body and reads it into body; it tells whether there was one.
func (c *call) document(body interface{ unknown() string }) (there bool, err error) {
	p, err := c.payload()
	if err != nil {
		return false, err
	}
	if p.length > maxDocument {
		return false, newFault(http.StatusBadRequest, "MaxMessageLengthExceeded", "Your request was too big.").
			with("MaxMessageLengthBytes", fmt.Sprint(maxDocument))
	}
	raw, err := io.ReadAll(p)
	if err == nil {
		_, err = p.verify()
	}
	if err != nil || len(raw) == 0 {
		return false, err
	}
	return true, parseDocument(raw, body)
}

// requireDocument is document for operations that need one.
func (c *call) requireDocument(body interface{ unknown() string }) error {
	there, err := c.document(body)
	if err == nil && !there {
		return newFault(http.StatusBadRequest, "MissingRequestBodyError", "Request Body is empty")
	}
	return err
}
