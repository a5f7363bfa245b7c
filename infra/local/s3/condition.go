package s3

import (
	"net/http"
	"strings"
	"time"
)

// A writeCondition is what must hold of a key's current object for a write to go
// ahead, per "How to prevent object overwrites with conditional writes".
type writeCondition struct {
	absent bool   // If-None-Match: *
	match  string // If-Match: an ETag or *; empty when there is no such condition
}

// writeCondition reads the condition in the request's headers. If-None-Match takes
// only *, and If-Match of anything but a delete only an ETag, per the API reference.
func (c *call) writeCondition() (writeCondition, error) {
	w := writeCondition{match: c.header.Get("If-Match")}
	none := c.header.Get("If-None-Match")
	w.absent = none == "*"
	switch {
	case none != "" && !w.absent:
		return w, notImplemented("header", "If-None-Match other than *").with("Header", "If-None-Match")
	case w.absent && w.match != "":
		return w, notImplemented("header", "If-Match together with If-None-Match").with("Header", "If-Match")
	case w.match == "*" && c.r.Method != http.MethodDelete:
		return w, notImplemented("header", "If-Match other than an ETag").with("Header", "If-Match")
	}
	return w, nil
}

// check holds the condition against the current version of key, which may be nil or a delete marker.
func (w writeCondition) check(key string, now *version) error {
	there := now != nil && !now.Marker
	if w.absent && there {
		return preconditionFailed("If-None-Match")
	}
	if w.match == "" {
		return nil
	}
	if !there {
		return noSuchKey(key)
	}
	if !etagListed(w.match, now.ETag) {
		return preconditionFailed("If-Match")
	}
	return nil
}

// A readCondition is what must hold of an object for it to be read, per RFC 9110, section 13.
type readCondition struct {
	prefix                string // of the header names
	match, noneMatch      string
	modified, notModified time.Time
}

// readCondition reads the conditions in headers whose names start with prefix. A
// date that can't be read is no condition, per RFC 9110.
func (c *call) readCondition(prefix string) readCondition {
	q := readCondition{prefix: prefix, match: c.header.Get(prefix + "If-Match"), noneMatch: c.header.Get(prefix + "If-None-Match")}
	if t, err := http.ParseTime(c.header.Get(prefix + "If-Modified-Since")); err == nil {
		q.modified = t
	}
	if t, err := http.ParseTime(c.header.Get(prefix + "If-Unmodified-Since")); err == nil {
		q.notModified = t
	}
	return q
}

// check returns a fault of status 412 or 304 when v must not be read.
func (q readCondition) check(v *version) *fault {
	switch {
	case q.match != "":
		if !etagListed(q.match, v.ETag) {
			return preconditionFailed(q.prefix + "If-Match")
		}
	case !q.notModified.IsZero() && v.Modified.After(q.notModified):
		return preconditionFailed(q.prefix + "If-Unmodified-Since")
	}
	switch {
	case q.noneMatch != "":
		if etagListed(q.noneMatch, v.ETag) {
			return notModified()
		}
	case !q.modified.IsZero() && !v.Modified.After(q.modified):
		return notModified()
	}
	return nil
}

func notModified() *fault { return newFault(http.StatusNotModified, "NotModified", "Not Modified") }

// etagListed tells whether etag is in the list of a condition: quoted or bare ETags, or *.
func etagListed(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == "*" || strings.Trim(one, `"`) == etag {
			return true
		}
	}
	return false
}

func quoted(etag string) string { return `"` + etag + `"` }
