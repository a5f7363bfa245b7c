package step

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// A jsonPointer is a way into a JSON document (RFC 6901): "" is the whole document, and each "/key"
// leads one step deeper, into an object or, by a number, into an array.
type jsonPointer string

var pointerForm = regexp.MustCompile(`^(/([^~/]|~[01])*)*$`)

// check returns a problem, under key, with a text that is no pointer.
func (p jsonPointer) check(key string) *Problem {
	if !pointerForm.MatchString(string(p)) || len(p) > 1024 {
		return &Problem{key, fmt.Sprintf("%.80q is not a JSON pointer", string(p)), "write one such as /checks/0/status"}
	}
	return nil
}

// find returns the value in document that p leads to; ok is false when there is none.
func (p jsonPointer) find(document any) (value any, ok bool) {
	if p == "" {
		return document, true
	}
	value = document
	for key := range strings.SplitSeq(string(p[1:]), "/") {
		key = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
		switch holder := value.(type) {
		case map[string]any:
			value, ok = holder[key]
		case []any:
			value, ok = element(holder, key)
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
	}
	return value, true
}

// element returns the element of array at an index without leading zeros, per RFC 6901, section 4.
func element(array []any, index string) (any, bool) {
	i, err := strconv.Atoi(index)
	if err != nil || strconv.Itoa(i) != index || i < 0 || i >= len(array) {
		return nil, false
	}
	return array[i], true
}

// decodeJSON returns the one JSON value in text; numbers stay as they are written.
func decodeJSON(text []byte) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more after the value")
	}
	return value, nil
}

// sameJSON tells whether two values are the same; numbers are when they have the
// same value as IEEE 754 doubles, whatever way they are written.
func sameJSON(a, b any) bool {
	x, isNumber := a.(json.Number)
	y, isNumberToo := b.(json.Number)
	if !isNumber || !isNumberToo {
		return sameScalar(a, b)
	}
	v, err := x.Float64()
	w, errToo := y.Float64()
	return x == y || err == nil && errToo == nil && v == w
}

// sameScalar compares values of which at least one is not a number.
func sameScalar(a, b any) bool {
	switch a.(type) {
	case nil, bool, string:
		return a == b
	}
	return false
}

// jsonOf returns a value that [decodeJSON] returned as JSON.
func jsonOf(value any) string {
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil { // not for such a value
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(text.String(), "\n")
}
