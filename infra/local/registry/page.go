package registry

import (
	"encoding/base64"
	"iter"
)

// The sizes of pages per the API reference: DescribeRepositories, DescribeImages
// and ListImages have the same, and a request names at most 100 of what it wants.
const (
	defaultPage = 100
	maxPage     = 1000
	maxNames    = 100
)

// A paging is how a request asks for a page.
type paging struct {
	MaxResults *int   `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

func (p paging) isSet() bool { return p.MaxResults != nil || p.NextToken != "" }

// read returns the most items of a page, and the name of the item before it.
func (p paging) read() (size int, after string, err error) {
	size = defaultPage
	if p.MaxResults != nil {
		size = *p.MaxResults
	}
	if size < 1 || size > maxPage {
		return 0, "", invalidParameter("Invalid parameter at 'maxResults' failed to satisfy constraint: 'must be between 1 and %d'", maxPage)
	}
	last, err := base64.RawURLEncoding.DecodeString(p.NextToken)
	if err != nil {
		return 0, "", invalidParameter("Invalid parameter at 'nextToken': it must be one that an answer had")
	}
	return size, string(last), nil
}

// page returns the first size items of all whose names are behind after, and the
// token of the next page, or "" when there is none. All are in the order of their names.
func page[T any](all iter.Seq2[string, T], size int, after string) (items []T, token string) {
	items, last := []T{}, ""
	for name, item := range all {
		if after != "" && name <= after {
			continue
		}
		if len(items) == size {
			return items, base64.RawURLEncoding.EncodeToString([]byte(last))
		}
		items, last = append(items, item), name
	}
	return items, ""
}
