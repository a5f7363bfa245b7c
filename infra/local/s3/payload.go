package s3

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// maxBody is the most that one request may put: 5 GiB, per "Amazon S3 multipart upload limits".
const maxBody = 5 << 30

// A payload is a request's body on its way in: decoded, measured and hashed as it
// is read. Once it has been read to its end, verify holds it against what the
// request promised.
type payload struct {
	source  io.Reader
	chunks  *chunkReader // not nil when the body is aws-chunked
	length  int64        // as the request promised it
	read    int64
	hashes  map[string]hash.Hash // by algorithm, and "MD5" and "payload"
	claimed claims
}

// claims is what a request says of its body.
type claims struct {
	md5     string // base64
	sha256  string // hexadecimal
	summed  algorithm
	sum     string // base64; empty while it is in a trailer that has not been read
	trailer string // the name of the trailer that will carry sum, in lower case
}

// digests is what a body turned out to hold.
type digests struct {
	size int64
	md5  []byte
	sums map[algorithm]string // base64
}

func (d digests) etag() string { return hex.EncodeToString(d.md5) }

// payload prepares to read the body. It computes the given algorithms besides the one that the request names.
func (c *call) payload(also ...algorithm) (*payload, error) {
	claimed, err := c.claims()
	if err != nil {
		return nil, err
	}
	p := &payload{source: c.r.Body, length: c.r.ContentLength, claimed: claimed, hashes: map[string]hash.Hash{"MD5": md5.New()}}
	if c.r.Body == nil {
		p.source = http.NoBody
	}
	if err := c.frame(p); err != nil {
		return nil, err
	}
	if p.length > maxBody {
		return nil, tooLarge().with("ProposedSize", strconv.FormatInt(p.length, 10))
	}
	if claimed.sha256 != "" {
		p.hashes["payload"] = sha256.New()
	}
	for _, a := range append(also, claimed.summed) {
		if a != "" {
			p.hashes[string(a)] = a.new()
		}
	}
	return p, nil
}

var sha256Pattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// frame finds out how the body is framed and how long it should be.
func (c *call) frame(p *payload) error {
	switch content := c.header.Get("X-Amz-Content-Sha256"); content {
	case "", "UNSIGNED-PAYLOAD":
	case "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
		"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
		"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER":
		p.chunks = newChunkReader(p.source)
		p.source = p.chunks
		length, err := strconv.ParseInt(c.header.Get("X-Amz-Decoded-Content-Length"), 10, 64)
		if err != nil || length < 0 {
			return missingContentLength("X-Amz-Decoded-Content-Length")
		}
		p.length = length
	default:
		if !sha256Pattern.MatchString(content) {
			return invalidArgument("x-amz-content-sha256", content,
				"x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.")
		}
	}
	if p.length < 0 {
		return missingContentLength("Content-Length")
	}
	if p.chunks == nil && p.claimed.trailer != "" {
		return invalidRequest("The x-amz-trailer header needs an aws-chunked body: x-amz-content-sha256 must name a STREAMING payload with TRAILER")
	}
	return nil
}

func missingContentLength(header string) *fault {
	return newFault(http.StatusLengthRequired, "MissingContentLength", "You must provide the %s HTTP header.", header)
}

// claims reads the headers that describe the body.
func (c *call) claims() (claims, error) {
	var said claims
	if said.md5 = c.header.Get("Content-Md5"); c.header.Values("Content-Md5") != nil {
		if sum, err := base64.StdEncoding.DecodeString(said.md5); err != nil || len(sum) != md5.Size {
			return said, newFault(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid.").with("Content-MD5", said.md5)
		}
	}
	if content := c.header.Get("X-Amz-Content-Sha256"); sha256Pattern.MatchString(content) {
		said.sha256 = content
	}
	asked, err := parseAlgorithm(c.header, "X-Amz-Sdk-Checksum-Algorithm")
	if err != nil {
		return said, err
	}
	if err := said.findSum(c.header); err != nil {
		return said, err
	}
	if asked != "" && said.summed == "" {
		return said, invalidRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	if asked != "" && asked != said.summed {
		return said, invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid: it is %s, but the checksum given is %s.", asked, said.summed)
	}
	return said, nil
}

// findSum looks for the one checksum that a request may give, in its headers or as a promised trailer.
func (said *claims) findSum(h http.Header) error {
	said.trailer = strings.ToLower(strings.TrimSpace(h.Get("X-Amz-Trailer")))
	for _, a := range algorithms() {
		value, promised := h.Get(a.header()), said.trailer == a.header()
		if value == "" && !promised {
			continue
		}
		if said.summed != "" || value != "" && promised {
			return invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		if value != "" && !a.valid(value) {
			return invalidRequest("Value for %s header is invalid.", a.header())
		}
		said.summed, said.sum = a, value
	}
	if said.trailer != "" && said.trailer != said.summed.header() {
		return invalidRequest("The value specified in the x-amz-trailer header is not supported: %s", said.trailer)
	}
	return nil
}

func (p *payload) Read(b []byte) (int, error) {
	n, err := p.source.Read(b)
	for _, h := range p.hashes {
		h.Write(b[:n])
	}
	p.read += int64(n)
	if p.read > p.length {
		return n, incompleteBody("The request body is longer than the %d bytes that its headers promise", p.length)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF && p.read < p.length {
		return n, incompleteBody("You did not provide the number of bytes specified by the Content-Length HTTP header: %d of %d came", p.read, p.length)
	}
	return n, err
}

// verify returns what the body holds, or a fault when the request had promised something else.
func (p *payload) verify() (digests, error) {
	d := digests{size: p.read, md5: p.hashes["MD5"].Sum(nil), sums: map[algorithm]string{}}
	for _, a := range algorithms() {
		if h, ok := p.hashes[string(a)]; ok {
			d.sums[a] = a.encode(h.Sum(nil))
		}
	}
	if p.claimed.md5 != "" && p.claimed.md5 != base64.StdEncoding.EncodeToString(d.md5) {
		return d, newFault(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.").
			with("ExpectedDigest", p.claimed.md5).with("CalculatedDigest", base64.StdEncoding.EncodeToString(d.md5))
	}
	if h, ok := p.hashes["payload"]; ok {
		if sum := hex.EncodeToString(h.Sum(nil)); sum != p.claimed.sha256 {
			return d, newFault(http.StatusBadRequest, "XAmzContentSHA256Mismatch",
				"The provided 'x-amz-content-sha256' header does not match what was computed.").
				with("ClientComputedContentSHA256", p.claimed.sha256).with("S3ComputedContentSHA256", sum)
		}
	}
	if err := p.readTrailer(); err != nil {
		return d, err
	}
	if a := p.claimed.summed; a != "" && p.claimed.sum != d.sums[a] {
		return d, newFault(http.StatusBadRequest, "BadDigest", "The %s you specified did not match the calculated checksum.", a)
	}
	return d, nil
}

// readTrailer takes the checksum from the trailer that was promised, and refuses any other.
func (p *payload) readTrailer() error {
	if p.chunks == nil {
		return nil
	}
	for _, name := range sortedKeys(p.chunks.trailer) {
		if lower := strings.ToLower(name); lower != p.claimed.trailer && lower != "x-amz-trailer-signature" {
			return malformedTrailer("the trailer " + lower + " was not announced in x-amz-trailer")
		}
	}
	if p.claimed.trailer == "" {
		return nil
	}
	p.claimed.sum = p.chunks.trailer.Get(p.claimed.trailer)
	if !p.claimed.summed.valid(p.claimed.sum) {
		return malformedTrailer("the trailer " + p.claimed.trailer + " is absent or no checksum")
	}
	return nil
}

// receive takes a payload in as a draft. The draft has no id when the body is empty.
func (e *Engine) receive(p *payload) (draft, digests, error) {
	d, err := e.bodies.receive(p)
	if err != nil {
		return draft{}, digests{}, err
	}
	found, err := p.verify()
	if err != nil || found.size == 0 {
		return draft{}, found, errors.Join(err, e.bodies.discard(d))
	}
	return d, found, nil
}
