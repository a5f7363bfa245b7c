package client

import (
	"net/url"
	"strconv"
)

// A Page is a part of a list.
type Page struct {
	Limit  int    // how many elements, 1 to 100; 0 leaves it to the API
	Cursor string // of the page before; "" for the first page
}

func (p Page) query() url.Values {
	query := url.Values{}
	if p.Limit != 0 {
		query.Set("limit", strconv.Itoa(p.Limit))
	}
	if p.Cursor != "" {
		query.Set("cursor", p.Cursor)
	}
	return query
}
