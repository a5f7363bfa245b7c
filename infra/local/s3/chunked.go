package s3

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Limits on what a chunked body may hold besides its bytes.
const (
	maxChunkHeader = 512
	maxTrailers    = 8
)

// A chunkReader takes the bytes out of an aws-chunked body, per "Signature
// Calculations for the Authorization Header: Transferring Payload in Multiple
// Chunks" in the Amazon S3 API reference: chunks of "size-in-hex[;chunk-signature=…]
// CRLF bytes CRLF", one of size 0 last, then trailers, then an empty line.
// Signatures are not verified.
type chunkReader struct {
	in      *bufio.Reader
	left    int64       // bytes left of the chunk under way
	inside  bool        // whether a chunk is under way
	trailer http.Header // what followed the last chunk
	err     error
}

func newChunkReader(r io.Reader) *chunkReader {
	return &chunkReader{in: bufio.NewReader(r), trailer: http.Header{}}
}

func (c *chunkReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for c.left == 0 && c.err == nil {
		c.err = c.next()
	}
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if err != nil {
		c.err = chunkError(err)
		if n > 0 {
			return n, nil
		}
	}
	return n, c.err
}

// next goes to the next chunk; after the last one it reads the trailers and returns io.EOF.
func (c *chunkReader) next() error {
	if c.inside {
		if end, err := c.line(); err != nil || end != "" {
			return chunkFault(err, "a chunk is longer than its header says")
		}
	}
	header, err := c.line()
	if err != nil {
		return chunkFault(err, "")
	}
	size, _, _ := strings.Cut(header, ";")
	c.left, err = strconv.ParseInt(size, 16, 63)
	if err != nil || c.left < 0 {
		return incompleteBody("The chunk header %q does not start with a size in hexadecimal digits", header)
	}
	c.inside = true
	if c.left > 0 {
		return nil
	}
	if err := c.readTrailers(); err != nil {
		return err
	}
	if _, err := c.in.ReadByte(); err != io.EOF {
		return incompleteBody("The request body goes on after its last chunk")
	}
	return io.EOF
}

func (c *chunkReader) readTrailers() error {
	for range maxTrailers {
		line, err := c.line()
		if err != nil {
			return chunkFault(err, "")
		}
		if line == "" {
			return nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return malformedTrailer("a line has no colon")
		}
		c.trailer.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return malformedTrailer("there are too many lines")
}

// line returns the next line without its CRLF.
func (c *chunkReader) line() (string, error) {
	var line []byte
	for len(line) < maxChunkHeader {
		b, err := c.in.ReadByte()
		if err != nil {
			return "", err
		}
		if line = append(line, b); b == '\n' {
			text, ok := strings.CutSuffix(string(line), "\r\n")
			if !ok {
				return "", incompleteBody("A line of the chunked body does not end in CRLF")
			}
			return text, nil
		}
	}
	return "", incompleteBody("A line of the chunked body is longer than %d bytes", maxChunkHeader)
}

// chunkFault returns err as the client should see it, or else a fault that gives the reason.
func chunkFault(err error, reason string) error {
	if err == nil {
		return incompleteBody("The chunked body is malformed: %s", reason)
	}
	return chunkError(err)
}

func chunkError(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return incompleteBody("The chunked body ends before its last chunk")
	}
	return err
}

func malformedTrailer(reason string) *fault {
	return newFault(http.StatusBadRequest, "MalformedTrailerError",
		"The request contained trailing data that was not well-formed or did not conform to our published schema: %s", reason)
}
