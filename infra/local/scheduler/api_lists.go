package scheduler

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// maxResults is the most items of a page, and how many there are when nobody says.
const maxResults = 100

// A page is a part of a list, whose items have keys in order.
type page[T any] struct {
	items []T
	after string // the key that the page begins after; empty for the first page
	size  int
	last  string // the key of the last item
	next  string // the token of the page behind this one; empty when there is none
}

func newPage[T any](query url.Values) (*page[T], error) {
	p := &page[T]{items: []T{}, size: maxResults}
	after, err := base64.RawURLEncoding.DecodeString(query.Get("NextToken"))
	if err != nil {
		return nil, check(constraint{false, "nextToken", query.Get("NextToken"), "be one that an answer had"})
	}
	p.after = string(after)
	if text := query.Get("MaxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxResults {
			return nil, check(constraint{false, "maxResults", text, fmt.Sprintf("be between 1 and %d", maxResults)})
		}
		p.size = n
	}
	return p, nil
}

// add appends an item, and tells whether there is use for further ones.
func (p *page[T]) add(key string, item T) bool {
	switch {
	case key <= p.after && p.after != "":
		return true
	case len(p.items) == p.size:
		p.next = base64.RawURLEncoding.EncodeToString([]byte(p.last))
		return false
	}
	p.items, p.last = append(p.items, item), key
	return true
}

// A summary is a schedule in the answer to ListSchedules.
type summary struct {
	Arn                  string
	Name                 string
	GroupName            string
	State                string
	CreationDate         awsjson.Time
	LastModificationDate awsjson.Time
	Target               struct{ Arn string }
}

func (s *record) summarize() summary {
	return summary{s.ARN, s.Spec.Name, s.Spec.GroupName, s.Spec.State, awsjson.Time(s.Created), awsjson.Time(s.Modified), struct{ Arn string }{s.Spec.Target.Arn}}
}

func (e *Engine) listSchedules(_ *http.Request, query url.Values) (any, error) {
	p, err := newPage[summary](query)
	if err != nil {
		return nil, err
	}
	group, state := query.Get("ScheduleGroup"), query.Get("State")
	if err := check(constraint{state == "" || state == Enabled || state == Disabled, "state", state, "satisfy enum value set: [ENABLED, DISABLED]"}); err != nil {
		return nil, err
	}
	err = e.Store.View(func(tx store.Tx) error {
		from := ""
		if group != "" {
			if _, err := existingGroup(tx, group); err != nil {
				return err
			}
			from = group + "/" + query.Get("NamePrefix")
		}
		for key, value := range tx.Scan(schedulesTable, []byte(max(from, p.after))) {
			if !strings.HasPrefix(string(key), from) {
				break
			}
			s, err := store.ParseJSON[record](schedulesTable, value)
			if err != nil {
				return err
			}
			if state != "" && s.Spec.State != state || !strings.HasPrefix(s.Spec.Name, query.Get("NamePrefix")) {
				continue
			}
			if !p.add(string(key), s.summarize()) {
				break
			}
		}
		return nil
	})
	return struct {
		Schedules []summary
		NextToken string `json:",omitempty"`
	}{p.items, p.next}, err
}

func (e *Engine) listGroups(_ *http.Request, query url.Values) (any, error) {
	p, err := newPage[groupDescription](query)
	if err != nil {
		return nil, err
	}
	err = e.Store.View(func(tx store.Tx) error {
		all, err := groups(tx)
		for _, g := range all {
			if strings.HasPrefix(g.Name, query.Get("NamePrefix")) && !p.add(g.Name, e.describeGroup(g)) {
				break
			}
		}
		return err
	})
	return struct {
		ScheduleGroups []groupDescription
		NextToken      string `json:",omitempty"`
	}{p.items, p.next}, err
}
