package s3

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"slices"
	"strings"
)

// An algorithm is one of S3's additional checksums, under its name in the API.
type algorithm string

const (
	algorithmCRC32     algorithm = "CRC32"
	algorithmCRC32C    algorithm = "CRC32C"
	algorithmCRC64NVME algorithm = "CRC64NVME"
	algorithmSHA1      algorithm = "SHA1"
	algorithmSHA256    algorithm = "SHA256"
)

// defaultAlgorithm is what S3 computes when a request gives no checksum.
const defaultAlgorithm = algorithmCRC64NVME

func algorithms() []algorithm {
	return []algorithm{algorithmCRC32, algorithmCRC32C, algorithmCRC64NVME, algorithmSHA1, algorithmSHA256}
}

// The polynomials in the bit-reversed notation of hash/crc32 and hash/crc64. The
// NVME one is that of the NVM Express command set specification, section 5.2.1.3.4.
const (
	polynomialCRC32     = crc32.IEEE
	polynomialCRC32C    = crc32.Castagnoli
	polynomialCRC64NVME = 0x9a6c9329ac4bc9b5
)

var (
	tableCRC32C    = crc32.MakeTable(polynomialCRC32C)
	tableCRC64NVME = crc64.MakeTable(polynomialCRC64NVME)
)

func (a algorithm) new() hash.Hash {
	switch a {
	case algorithmCRC32:
		return crc32.NewIEEE()
	case algorithmCRC32C:
		return crc32.New(tableCRC32C)
	case algorithmCRC64NVME:
		return crc64.New(tableCRC64NVME)
	case algorithmSHA1:
		return sha1.New()
	case algorithmSHA256:
		return sha256.New()
	}
	panic("s3: no such checksum algorithm: " + string(a)) // parseAlgorithm lets none through
}

// header is the name of the header that carries the checksum, in lower case.
func (a algorithm) header() string { return "x-amz-checksum-" + strings.ToLower(string(a)) }

func (a algorithm) encode(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

// valid tells whether value could be a checksum of this algorithm.
func (a algorithm) valid(value string) bool {
	sum, err := base64.StdEncoding.DecodeString(value)
	return err == nil && len(sum) == a.new().Size()
}

// parseAlgorithm returns the algorithm that the header names, or "" when the header is absent.
func parseAlgorithm(h http.Header, name string) (algorithm, error) {
	value := h.Get(name)
	a := algorithm(strings.ToUpper(value))
	if value != "" && !slices.Contains(algorithms(), a) {
		return "", invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
	}
	return a, nil
}

// A checksumType tells what the checksum of a multipart object covers.
type checksumType string

const (
	fullObject checksumType = "FULL_OBJECT" // the object's bytes
	composite  checksumType = "COMPOSITE"   // the checksums of its parts, one after another
)

// A checksum is an object's additional checksum; Value is base64, and a composite one ends in "-" and the number of parts.
type checksum struct {
	Algorithm algorithm    `json:",omitempty"`
	Value     string       `json:",omitempty"`
	Type      checksumType `json:",omitempty"`
}

// setHeaders adds the checksum to an answer.
func (s checksum) setHeaders(h http.Header) {
	if s.Algorithm != "" {
		h.Set(s.Algorithm.header(), s.Value)
		h.Set("x-amz-checksum-type", string(s.Type))
	}
}

// checksumElements is a checksum as S3's documents hold it: an element for each algorithm.
type checksumElements struct {
	ChecksumCRC32     string `xml:",omitempty"`
	ChecksumCRC32C    string `xml:",omitempty"`
	ChecksumCRC64NVME string `xml:",omitempty"`
	ChecksumSHA1      string `xml:",omitempty"`
	ChecksumSHA256    string `xml:",omitempty"`
}

func (e *checksumElements) of(a algorithm) *string {
	switch a {
	case algorithmCRC32:
		return &e.ChecksumCRC32
	case algorithmCRC32C:
		return &e.ChecksumCRC32C
	case algorithmCRC64NVME:
		return &e.ChecksumCRC64NVME
	case algorithmSHA1:
		return &e.ChecksumSHA1
	}
	return &e.ChecksumSHA256
}

func elementsOf(a algorithm, value string) (e checksumElements) {
	if a != "" {
		*e.of(a) = value
	}
	return e
}
