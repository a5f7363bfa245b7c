package s3

import (
	"encoding/base64"
	"net/url"
	"strings"

	"slipway/infra/local/store"
)

// A listing is what every request for a list of keys has in common.
type listing struct {
	bucket            string
	prefix, delimiter string
	limit             int
	encoded           bool // keys are percent-encoded in the answer (encoding-type=url)
}

// An entry is a line of a listing: a group of keys with a common prefix, or else a version.
type entry struct {
	group string
	*version
	latest bool
}

// name is what a listing that ends with the entry can be continued after.
func (e entry) name() string {
	if e.group != "" {
		return e.group
	}
	return e.Key
}

// listing reads what the request has in common with other lists; limit names its page size parameter.
func (c *call) listing(limit string) (l listing, err error) {
	l = listing{bucket: c.bucket, prefix: c.query.Get("prefix"), delimiter: c.query.Get("delimiter")}
	if encoding := c.query.Get("encoding-type"); encoding != "" && encoding != "url" {
		return l, invalidArgument("encoding-type", encoding, "Invalid Encoding Method specified in Request")
	}
	l.encoded = c.query.Get("encoding-type") == "url"
	l.limit, err = c.limit(limit, 1000)
	return l, err
}

// group returns the common prefix under which key is listed: up to and with the
// first delimiter after the prefix; "" when there is none.
func (l listing) group(key string) string {
	if l.delimiter == "" || !strings.HasPrefix(key, l.prefix) {
		return ""
	}
	i := strings.Index(key[len(l.prefix):], l.delimiter)
	if i < 0 {
		return ""
	}
	return key[:len(l.prefix)+i+len(l.delimiter)]
}

// start is the row at which a listing begins that goes on after a key or a common prefix.
func (l listing) start(after string) []byte {
	stem := prefixStem(l.bucket, l.prefix)
	if after == "" {
		return stem
	}
	if l.group(after) == after {
		return later(stem, afterPrefix(l.bucket, after))
	}
	return later(stem, afterKey(l.bucket, after))
}

// keys returns up to a page of current objects and groups, and whether there are more.
func (l listing) keys(tx store.Tx, after string) (page []entry, more bool, err error) {
	stem, from := prefixStem(l.bucket, l.prefix), l.start(after)
	for {
		row, raw := seek(tx, objectTable, from, stem)
		if row == nil || l.limit == 0 {
			return page, false, nil
		}
		v, err := store.ParseJSON[version](objectTable, raw)
		if err != nil {
			return nil, false, err
		}
		from = afterKey(l.bucket, v.Key)
		if v.Marker {
			continue
		}
		if len(page) == l.limit {
			return page, true, nil
		}
		line := entry{group: l.group(v.Key), version: v, latest: true}
		if line.group != "" {
			from = afterPrefix(l.bucket, line.group)
		}
		page = append(page, line)
	}
}

// text is a key as the answer holds it.
func (l listing) text(key string) string {
	if !l.encoded {
		return key
	}
	return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
}

// encodingType is the answer's EncodingType element.
func (l listing) encodingType() string {
	if l.encoded {
		return "url"
	}
	return ""
}

// A continuation token is the name that the page before ended with.
func continuationToken(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

func (c *call) continuation() (after string, err error) {
	token := c.query.Get("continuation-token")
	name, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || (c.query.Has("continuation-token") && token == "") {
		return "", invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
	}
	return string(name), nil
}

type commonPrefix struct{ Prefix string }
