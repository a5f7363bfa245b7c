package dynamodb

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// A value is one attribute value. Values are never changed once they are part
// of an item; what needs another value builds one.
type value interface{ kind() kind }

// A kind is a value's type as the wire protocol names it.
type kind string

const (
	kindText      kind = "S"
	kindNumber    kind = "N"
	kindBinary    kind = "B"
	kindBoolean   kind = "BOOL"
	kindNull      kind = "NULL"
	kindList      kind = "L"
	kindDocument  kind = "M"
	kindTextSet   kind = "SS"
	kindNumberSet kind = "NS"
	kindBinarySet kind = "BS"
)

type (
	text     string
	binary   string // the bytes themselves, not base64
	boolean  bool
	null     struct{}
	list     []value
	document map[string]value

	// Sets hold their elements in order and each once.
	textSet   []text
	numberSet []number
	binarySet []binary
)

// An item is a document at the top level of a table.
type item = document

func (text) kind() kind      { return kindText }
func (number) kind() kind    { return kindNumber }
func (binary) kind() kind    { return kindBinary }
func (boolean) kind() kind   { return kindBoolean }
func (null) kind() kind      { return kindNull }
func (list) kind() kind      { return kindList }
func (document) kind() kind  { return kindDocument }
func (textSet) kind() kind   { return kindTextSet }
func (numberSet) kind() kind { return kindNumberSet }
func (binarySet) kind() kind { return kindBinarySet }

// longName is a kind's name in the messages about ADD and DELETE.
func (k kind) longName() string {
	switch k {
	case kindText:
		return "STRING"
	case kindNumber:
		return "NUMBER"
	case kindBinary:
		return "BINARY"
	case kindBoolean:
		return "BOOLEAN"
	case kindList:
		return "LIST"
	case kindDocument:
		return "MAP"
	case kindTextSet:
		return "STRING_SET"
	case kindNumberSet:
		return "NUMBER_SET"
	case kindBinarySet:
		return "BINARY_SET"
	}
	return string(k)
}

// ordered tells whether values of the kind have an order: text, numbers and binaries do.
func (k kind) ordered() bool { return k == kindText || k == kindNumber || k == kindBinary }

// equal tells whether two values are the same; nil, the absent value, equals nothing.
func equal(a, b value) bool {
	if a == nil || b == nil || a.kind() != b.kind() {
		return false
	}
	switch a := a.(type) {
	case list:
		return slices.EqualFunc(a, b.(list), equal)
	case document:
		return maps.EqualFunc(a, b.(document), equal)
	case textSet:
		return slices.Equal(a, b.(textSet))
	case numberSet:
		return slices.Equal(a, b.(numberSet))
	case binarySet:
		return slices.Equal(a, b.(binarySet))
	}
	return a == b // the scalars, of which each value has one representation
}

// compare orders two values of the same ordered kind; ok is false for any other pair.
func compare(a, b value) (order int, ok bool) {
	switch a := a.(type) {
	case text:
		if b, same := b.(text); same {
			return strings.Compare(string(a), string(b)), true
		}
	case binary:
		if b, same := b.(binary); same {
			return bytes.Compare([]byte(a), []byte(b)), true
		}
	case number:
		if b, same := b.(number); same {
			return a.compare(b), true
		}
	}
	return 0, false
}

// clone copies v so deep that lists and documents in it can be changed.
func clone(v value) value {
	switch v := v.(type) {
	case list:
		copied := make(list, len(v))
		for i, element := range v {
			copied[i] = clone(element)
		}
		return copied
	case document:
		return cloneDocument(v)
	}
	return v
}

func cloneDocument(d document) document {
	copied := make(document, len(d))
	for name, v := range d {
		copied[name] = clone(v)
	}
	return copied
}
