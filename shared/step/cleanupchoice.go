package step

import (
	"cmp"
	"path"
	"slices"
	"time"
)

// choose returns how many items the parameters are about, and those that are due at
// now, the oldest first.
//
// An image without a tag is mostly a part of one with a tag, so it takes no place among
// those that are kept for being new, and only its age makes it due.
func (p cleanupParameters) choose(items []cleanupItem, now time.Time) (found int, due []cleanupItem) {
	items = slices.DeleteFunc(slices.Clone(items), func(i cleanupItem) bool { return !p.matches(i) })
	slices.SortFunc(items, func(a, b cleanupItem) int {
		return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.name, b.name))
	})
	newest := 0
	for _, item := range items {
		part := p.Repository != "" && len(item.tags) == 0
		if p.protects(item) || part && p.OlderThan == 0 {
			continue
		}
		if !part && newest < p.Keep {
			newest++
			continue
		}
		if p.OlderThan == 0 || now.Sub(item.at) >= time.Duration(p.OlderThan) {
			due = append(due, item)
		}
	}
	slices.Reverse(due)
	return len(items), due
}

// matches tells whether the parameters are about the item.
func (p cleanupParameters) matches(i cleanupItem) bool {
	if p.Match == "" {
		return true
	}
	if p.Repository == "" {
		return glob(p.Match, path.Base(i.name))
	}
	return slices.ContainsFunc(i.tags, func(tag string) bool { return glob(p.Match, tag) })
}

// protects tells whether an image has a tag with which it is never removed.
func (p cleanupParameters) protects(i cleanupItem) bool {
	return slices.ContainsFunc(i.tags, func(tag string) bool {
		return slices.ContainsFunc(p.Protect, func(pattern string) bool { return glob(pattern, tag) })
	})
}

// glob tells whether name is of the pattern, which has been checked.
func glob(pattern, name string) bool {
	matched, err := path.Match(pattern, name)
	return err == nil && matched
}
