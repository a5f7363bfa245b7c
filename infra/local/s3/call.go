package s3

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// A call is one request under way.
type call struct {
	engine      *Engine
	w           http.ResponseWriter
	r           *http.Request
	header      http.Header // the request's, and x-amz headers that a presigned URL carries as parameters
	query       url.Values  // without the parameters of a signature
	bucket, key string
	id          string
	caller      caller
}

// ServeHTTP answers one S3 request, addressed in path style or by virtual host.
// The handler must not sit behind an [http.ServeMux], which rewrites object keys
// that hold "//" or "..".
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{engine: e, w: w, r: r, header: r.Header.Clone(), id: e.NewID()}
	c.bucket, c.key = address(r)
	w.Header().Set("X-Amz-Request-Id", c.id)
	w.Header().Set("X-Amzn-Requestid", c.id)
	w.Header().Set("X-Amz-Id-2", c.id)
	w.Header().Set("Server", "AmazonS3")
	if err := c.serve(); err != nil {
		c.refuse(err)
	}
}

func (c *call) serve() error {
	var err error
	if c.query, err = url.ParseQuery(c.r.URL.RawQuery); err != nil {
		return newFault(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI: %v", err)
	}
	if c.header == nil {
		c.header = http.Header{}
	}
	if err := c.identify(); err != nil {
		return err
	}
	op, err := c.route()
	if err != nil {
		return err
	}
	if c.caller.key == "" && !op.public {
		return accessDenied()
	}
	if want := c.header.Get("X-Amz-Expected-Bucket-Owner"); want != "" && want != c.engine.Account {
		return accessDenied()
	}
	if err := checkKey(c.key); err != nil {
		return err
	}
	return op.serve(c)
}

// checkKey holds a key against "Creating object key names" in the Amazon S3 user guide.
func checkKey(key string) error {
	if len(key) > 1024 {
		return newFault(http.StatusBadRequest, "KeyTooLongError", "Your key is too long").
			with("Size", strconv.Itoa(len(key))).with("MaxSizeAllowed", "1024")
	}
	if !utf8.ValidString(key) {
		return newFault(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI: the object key is not UTF-8.")
	}
	return nil
}

func (c *call) level() level {
	switch {
	case c.bucket == "":
		return service
	case c.key == "":
		return ofBucket
	}
	return ofObject
}

// refuse answers with the error; an error that is no fault is the engine's own.
func (c *call) refuse(err error) {
	f, ok := errors.AsType[*fault](err)
	if !ok {
		f = internalError(err)
	}
	if f.status == http.StatusNotModified {
		c.w.WriteHeader(f.status)
		return
	}
	// What a failed answer had prepared to say of its object is not true of the error.
	for _, name := range []string{"Content-Range", "Content-Encoding", "Content-Disposition", "Cache-Control", "Expires", "Last-Modified", "Etag"} {
		c.w.Header().Del(name)
	}
	c.write(f.status, errorResult{Code: f.code, Message: f.message, Details: f.details, Resource: c.r.URL.Path, RequestId: c.id, HostId: c.id})
}

type errorResult struct {
	XMLName           xml.Name `xml:"Error"`
	Code, Message     string
	Details           []detail
	Resource          string
	RequestId, HostId string
}

func (c *call) status(code int) error {
	c.w.WriteHeader(code)
	return nil
}

func (c *call) answer(status int, result any) error {
	c.write(status, result)
	return nil
}

// write sends an XML document. A client that has gone is nobody's error.
func (c *call) write(status int, result any) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	if err := xml.NewEncoder(&out).Encode(result); err != nil {
		panic("s3: " + err.Error()) // a result type that encoding/xml can't encode
	}
	c.w.Header().Set("Content-Type", "application/xml")
	c.w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	c.w.WriteHeader(status)
	if c.r.Method != http.MethodHead {
		_, _ = c.w.Write(out.Bytes())
	}
}

// limit returns the page size that the request asks for, at most most.
func (c *call) limit(name string, most int) (int, error) {
	asked := c.query.Get(name)
	if asked == "" {
		return most, nil
	}
	n, err := strconv.ParseInt(asked, 10, 32)
	if err != nil || n < 0 {
		return 0, invalidArgument(name, asked, "Argument %s must be an integer between 0 and 2147483647", name)
	}
	return min(int(n), most), nil
}

// timestamp writes a time as S3's documents do.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func sortedKeys[K cmp.Ordered, V any, M ~map[K]V](m M) []K { return slices.Sorted(maps.Keys(m)) }
