package dynamodb

import (
	"bytes"
	"hash/fnv"
	"iter"

	"slipway/infra/local/store"
)

// A pageQuery is one page of a Query or Scan, worked out for a table or index.
type pageQuery struct {
	from     string // the store table to read
	within   keyRange
	backward bool
	limit    int // of examined items; 0 for none
	filter   condition
	project  projection
	count    bool // answer no items, only how many
	segment  segment
}

// A segment is a worker's share of a parallel scan; the zero segment is everything.
type segment struct {
	number, total int
	hash          Attribute // of the table or index that is scanned
}

// holds tells whether an item is in the segment, which its hash attribute decides.
func (s segment) holds(it item) bool {
	if s.total < 2 {
		return true
	}
	h := fnv.New32a()
	h.Write(appendKey(nil, it[s.hash.Name]))
	return int(h.Sum32()%uint32(s.total)) == s.number
}

// A page is what a pageQuery found.
type page struct {
	items   []item
	count   int
	scanned int
	size    int  // bytes of the examined items
	last    item // the last examined item, when there may be more; else nil
}

// read reads a page. It ends after limit items, or when 1 MB has been read and there is more.
func (q pageQuery) read(tx store.Tx) (page, error) {
	p := page{items: []item{}}
	var previous item
	for _, raw := range entries(tx, q.from, q.within, q.backward) {
		it, err := decodeItem(q.from, raw)
		if err != nil {
			return p, err
		}
		if !q.segment.holds(it) {
			continue
		}
		if p.size >= maxPageSize {
			p.last = previous
			break
		}
		p.examine(q, it)
		if previous = it; p.scanned == q.limit {
			p.last = it
			break
		}
	}
	return p, nil
}

// examine counts an item and takes it into the page if it passes the filter.
func (p *page) examine(q pageQuery, it item) {
	p.scanned++
	p.size += itemSize(it)
	if q.filter != nil && !q.filter.holds(it) {
		return
	}
	p.count++
	if !q.count {
		p.items = append(p.items, q.project.of(it))
	}
}

// entries yields what the store table holds in the range, from one end or the other.
func entries(tx store.Tx, from string, within keyRange, backward bool) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		scan := tx.Scan(from, within.low)
		if backward {
			scan = tx.ScanBack(from, within.high)
		}
		for key, raw := range scan {
			if !within.contains(key) {
				if backward && bytes.Equal(key, within.high) {
					continue // ScanBack starts at its bound, which the range leaves out
				}
				return
			}
			if !yield(key, raw) {
				return
			}
		}
	}
}
