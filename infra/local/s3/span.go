package s3

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// A span is a stretch of an object's bytes.
type span struct{ offset, length int64 }

func (s span) contentRange(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", s.offset, s.offset+s.length-1, size)
}

// parseRange reads a Range header for an object of the given size. It returns nil
// when the whole object is to be sent: without a header, and, per RFC 9110, for
// one that can't be read. Several ranges at once are refused, as S3 has none.
func parseRange(header string, size int64) (*span, error) {
	set, ok := strings.CutPrefix(header, "bytes=")
	if !ok {
		return nil, nil
	}
	if strings.Contains(set, ",") {
		return nil, notImplemented("header", "Range of several ranges").with("Header", "Range")
	}
	from, to, ok := strings.Cut(strings.TrimSpace(set), "-")
	if !ok {
		return nil, nil
	}
	first, last := int64(0), size-1
	var err error
	switch {
	case from == "":
		var suffix int64
		if suffix, err = parseOffset(to); err != nil {
			return nil, nil
		}
		if suffix == 0 {
			return nil, invalidRange(header, size)
		}
		first = max(0, size-suffix)
	default:
		if first, err = parseOffset(from); err != nil {
			return nil, nil
		}
		if to != "" {
			end, err := parseOffset(to)
			if err != nil || end < first {
				return nil, nil
			}
			last = min(last, end)
		}
	}
	if first >= size {
		return nil, invalidRange(header, size)
	}
	return &span{first, last - first + 1}, nil
}

func parseOffset(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 63)
	return int64(n), err
}

func invalidRange(header string, size int64) *fault {
	return newFault(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable").
		with("RangeRequested", header).with("ActualObjectSize", strconv.FormatInt(size, 10))
}
