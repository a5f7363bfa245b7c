package s3

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// A row of the object table sorts by bucket, then by object key in UTF-8 binary
// order (S3's listing order), then newest version first. NUL ends the bucket and
// NUL 1 the object key; a NUL inside an object key becomes NUL 255, so that one
// key is never mistaken for the start of another. A row past a key or a prefix is
// therefore found without a walk over what lies under it: UTF-8 has no byte 255.

func bucketStem(bucket string) []byte { return append([]byte(bucket), 0) }

// prefixStem starts the rows of every key that starts with prefix.
func prefixStem(bucket, prefix string) []byte {
	return append(bucketStem(bucket), strings.ReplaceAll(prefix, "\x00", "\x00\xff")...)
}

// keyStem starts the rows of one key.
func keyStem(bucket, key string) []byte { return append(prefixStem(bucket, key), 0, 1) }

// afterKey sorts after all rows of key and before those of any later key.
func afterKey(bucket, key string) []byte { return append(prefixStem(bucket, key), 0, 2) }

// afterPrefix sorts after the rows of every key that starts with prefix.
func afterPrefix(bucket, prefix string) []byte { return append(prefixStem(bucket, prefix), 0xff) }

func objectRow(bucket, key string, sequence uint64) []byte {
	return binary.BigEndian.AppendUint64(keyStem(bucket, key), ^sequence)
}

// namedRow is the row of a version or an upload of key by its id.
func namedRow(bucket, key, id string) []byte { return append(keyStem(bucket, key), id...) }

func partRow(upload string, number int) []byte {
	return binary.BigEndian.AppendUint16(partStem(upload), uint16(number))
}

func partStem(upload string) []byte { return append([]byte(upload), 0) }

func later(a, b []byte) []byte {
	if bytes.Compare(a, b) > 0 {
		return a
	}
	return b
}
