package s3

import (
	"net/http"
	"net/url"
	"strings"

	"slipway/infra/local/store"
)

// A source is what x-amz-copy-source names.
type source struct {
	bucket, key string
	version     string // empty for the current one
}

// parseSource reads "[/]bucket/key[?versionId=id]", percent-encoded.
func parseSource(header string) (s source, err error) {
	path, query, _ := strings.Cut(header, "?")
	path, err = url.PathUnescape(strings.TrimPrefix(path, "/"))
	if err != nil {
		return s, invalidArgument("x-amz-copy-source", header, "Copy Source must be URL-encoded: %v", err)
	}
	s.bucket, s.key, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if s.bucket == "" || s.key == "" {
		return s, invalidArgument("x-amz-copy-source", header, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	}
	if query == "" {
		return s, nil
	}
	id, ok := strings.CutPrefix(query, "versionId=")
	if !ok || id == "" {
		return s, invalidArgument("x-amz-copy-source", header, "Copy Source may only be followed by ?versionId= and a version id")
	}
	s.version, err = url.QueryUnescape(id)
	if err != nil {
		return s, invalidArgument("x-amz-copy-source", header, "Copy Source must be URL-encoded: %v", err)
	}
	return s, nil
}

// readSource returns the version to copy from, if the request's conditions on it hold.
func (c *call) readSource(tx store.Tx, s source) (*version, error) {
	if want := c.header.Get("X-Amz-Source-Expected-Bucket-Owner"); want != "" && want != c.engine.Account {
		return nil, accessDenied()
	}
	b, err := getBucket(tx, s.bucket)
	if err != nil {
		return nil, err
	}
	v, err := lookUp(tx, s.bucket, s.key, s.version)
	if err != nil {
		return nil, err
	}
	if v.Marker {
		if s.version != "" {
			return nil, invalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
		}
		return nil, noSuchKey(s.key)
	}
	if b.Versioning != "" {
		c.w.Header().Set("X-Amz-Copy-Source-Version-Id", v.ID)
	}
	if f := c.readCondition("X-Amz-Copy-Source-").check(v); f != nil {
		return nil, newFault(http.StatusPreconditionFailed, "PreconditionFailed",
			"At least one of the pre-conditions you specified did not hold")
	}
	return v, nil
}
