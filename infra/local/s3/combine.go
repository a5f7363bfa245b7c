package s3

import (
	"encoding/binary"
	"math/bits"
)

// combine returns the CRC of two stretches of bytes, one after the other, from the
// CRC of each and the length of the second: S3 makes the full-object checksum of a
// multipart upload in this way. a must be one of the CRC algorithms.
func (a algorithm) combine(first, second []byte, length int64) []byte {
	switch a {
	case algorithmCRC32:
		return combine32(first, second, length, polynomialCRC32)
	case algorithmCRC32C:
		return combine32(first, second, length, polynomialCRC32C)
	}
	crc := advance(binary.BigEndian.Uint64(first), length, polynomialCRC64NVME, 64)
	return binary.BigEndian.AppendUint64(nil, crc^binary.BigEndian.Uint64(second))
}

func combine32(first, second []byte, length int64, polynomial uint64) []byte {
	crc := advance(uint64(binary.BigEndian.Uint32(first)), length, polynomial, 32)
	return binary.BigEndian.AppendUint32(nil, uint32(crc)^binary.BigEndian.Uint32(second))
}

// A matrix over GF(2): column i is what bit i is mapped to.
type matrix [64]uint64

func (m *matrix) times(vector uint64) (product uint64) {
	for ; vector != 0; vector &= vector - 1 {
		product ^= m[bits.TrailingZeros64(vector)]
	}
	return product
}

func (m *matrix) square() (squared matrix) {
	for i, column := range m {
		squared[i] = m.times(column)
	}
	return squared
}

// advance returns the CRC register after length zero bytes, in time logarithmic in
// length, by squaring the matrix of one zero bit (as zlib's crc32_combine does).
func advance(crc uint64, length int64, polynomial uint64, width int) uint64 {
	var step matrix
	step[0] = polynomial
	for i := 1; i < width; i++ {
		step[i] = 1 << (i - 1)
	}
	for range 3 { // from one bit to one byte
		step = step.square()
	}
	for ; length > 0; length >>= 1 {
		if length&1 == 1 {
			crc = step.times(crc)
		}
		step = step.square()
	}
	return crc
}
