package dynamodb

import "slipway/infra/local/awsjson"

// checkKey refuses a key that has other attributes than the schema's, or of
// other types, or a value that no key can have.
func (k KeySchema) checkKey(key item) error {
	if len(key) != len(k.attributes()) {
		return keyMismatch()
	}
	for _, a := range k.attributes() {
		if v := key[a.Name]; v == nil || v.kind() != kind(a.Type) {
			return keyMismatch()
		}
	}
	return k.checkValues(key)
}

func keyMismatch() *awsjson.Error {
	return invalid("The provided key element does not match the schema")
}

// checkItem refuses an item without a proper primary key.
func (k KeySchema) checkItem(it item) error {
	for _, a := range k.attributes() {
		switch v := it[a.Name]; {
		case v == nil:
			return invalid("One or more parameter values were invalid: Missing the key %s in the item", a.Name)
		case v.kind() != kind(a.Type):
			return invalid("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s",
				a.Name, a.Type, v.kind())
		}
	}
	return k.checkValues(it)
}

// checkValues refuses key values that are empty or too long.
func (k KeySchema) checkValues(key item) error {
	for i, a := range k.attributes() {
		v := key[a.Name]
		if isEmptyKey(v) {
			return emptyTableKey(a, v)
		}
		if err := checkKeySize(i, v); err != nil {
			return err
		}
	}
	return nil
}

// checkKeySize refuses a value that is too long for the hash (0) or range (1) attribute of a key.
func checkKeySize(position int, v value) error {
	if position == 0 && sizeOf(v) > maxHashKeySize {
		return invalid("One or more parameter values were invalid: "+
			"Size of hashkey has exceeded the maximum size limit of %d bytes", maxHashKeySize)
	}
	if position == 1 && sizeOf(v) > maxRangeKeySize {
		return invalid("One or more parameter values were invalid: "+
			"Aggregated size of all range keys has exceeded the size limit of %d bytes", maxRangeKeySize)
	}
	return nil
}

func isEmptyKey(v value) bool { return v == text("") || v == binary("") }

func emptyTableKey(a Attribute, v value) *awsjson.Error {
	return invalid("One or more parameter values are not valid. "+
		"The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", contentName(v), a.Name)
}

func emptyIndexKey(x IndexSpec, a Attribute, v value) *awsjson.Error {
	return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
		"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s",
		contentName(v), x.Name, a.Name)
}

func contentName(v value) string {
	if v.kind() == kindBinary {
		return "binary"
	}
	return "string"
}

// of returns the key attributes of it.
func (k KeySchema) of(it item) item {
	key := item{}
	for _, a := range k.attributes() {
		if v, ok := it[a.Name]; ok {
			key[a.Name] = v
		}
	}
	return key
}

// encode writes the key attributes of it so that keys sort as DynamoDB sorts
// them: by hash attribute, and in it by range attribute.
func (k KeySchema) encode(it item) []byte {
	var b []byte
	for _, a := range k.attributes() {
		b = appendKey(b, it[a.Name])
	}
	return b
}

// appendKey appends a key value in a form that sorts as the values do and of
// which none is the start of another.
func appendKey(b []byte, v value) []byte {
	switch v := v.(type) {
	case text:
		return append(appendEscaped(b, string(v)), 0, 1)
	case binary:
		return append(appendEscaped(b, string(v)), 0, 1)
	case number:
		return appendNumber(b, v)
	}
	return b
}

// appendEscaped makes room for the end mark 0 1 by writing each 0 byte as 0 255.
func appendEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		b = append(b, s[i])
		if s[i] == 0 {
			b = append(b, 255)
		}
	}
	return b
}

// appendNumber writes sign, exponent and digits; those of a negative number complemented.
func appendNumber(b []byte, n number) []byte {
	if n.digits == "" {
		return append(b, 0x80)
	}
	biased := n.point + 0x4000
	encoded := append([]byte{0x81, byte(biased >> 8), byte(biased)}, n.digits...)
	encoded = append(encoded, 0)
	if n.negative {
		for i := range encoded {
			encoded[i] = ^encoded[i]
		}
	}
	return append(b, encoded...)
}

// prefixEnd is the first key after all that start with prefix; nil when there is none.
func prefixEnd(prefix []byte) []byte {
	end := append([]byte{}, prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		end[i]++
		if end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}
