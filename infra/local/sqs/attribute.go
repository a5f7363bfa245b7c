package sqs

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const maxAttributes = 10

var (
	attributeName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,256}$`)
	attributeType = regexp.MustCompile(`^(String|Number|Binary)(\..+)?$`)
)

// An attribute is the value of a message attribute, in the shape of the JSON protocol.
type attribute struct {
	DataType    string
	StringValue string `json:",omitempty"`
	BinaryValue []byte `json:",omitempty"`
}

func (a attribute) binary() bool { return strings.HasPrefix(a.DataType, "Binary") }

// value returns the bytes that count for size and checksum.
func (a attribute) value() []byte {
	if a.binary() {
		return a.BinaryValue
	}
	return []byte(a.StringValue)
}

// checkAttributes returns what SQS says of the first attribute that it would refuse.
func checkAttributes(attributes map[string]attribute) error {
	if len(attributes) > maxAttributes {
		return invalidValue("Number of message attributes [%d] exceeds the allowed maximum [%d].", len(attributes), maxAttributes)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a, lower := attributes[name], strings.ToLower(name)
		switch {
		case !attributeName.MatchString(name), strings.HasPrefix(lower, "aws."), strings.HasPrefix(lower, "amazon."):
			return invalidValue("The message attribute name '%s' is invalid.", name)
		case !attributeType.MatchString(a.DataType):
			return invalidValue("The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
		case len(a.value()) == 0:
			return invalidValue("The message attribute '%s' must contain a non-empty message attribute value for message attribute type '%s'.", name, a.DataType)
		}
	}
	return nil
}

func md5Of(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}

// md5OfAttributes returns the checksum of message attributes, or "" when there
// are none, per "Calculating the MD5 message digest for message attributes".
func md5OfAttributes(attributes map[string]attribute) string {
	if len(attributes) == 0 {
		return ""
	}
	h := md5.New()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		digest(h, []byte(name))
		digest(h, []byte(a.DataType))
		if a.binary() {
			h.Write([]byte{2})
		} else {
			h.Write([]byte{1})
		}
		digest(h, a.value())
	}
	return hex.EncodeToString(h.Sum(nil))
}

func digest(h hash.Hash, part []byte) {
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
	h.Write(part)
}
