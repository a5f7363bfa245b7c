package dialogue

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// keepsakes are what the steps of a scenario kept of their answers, by name.
type keepsakes map[string]string

// keep keeps what is at a place of a response with the given body. When there is
// nothing, it keeps a text that names nothing, since a reference may refuse what an
// engine does.
func (k keepsakes) keep(name, place string, r *http.Response, raw []byte) {
	k[name] = "absent-" + name
	if header, ok := strings.CutPrefix(place, "header "); ok {
		if value := r.Header.Get(header); value != "" {
			k[name] = value
		}
	} else if value, err := find(View{}.body(raw), strings.TrimPrefix(place, "body ")); err == nil {
		k[name] = value
	}
}

// filled returns text with what was kept in the places of ${name}.
func (k keepsakes) filled(text string) string {
	for name, value := range k {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
	}
	return text
}

// named is the reverse of filled. The longest values come first, since one may hold another.
func (k keepsakes) named(text string) string {
	names := sortedKeys(k)
	slices.SortStableFunc(names, func(a, b string) int { return len(k[b]) - len(k[a]) })
	for _, name := range names {
		text = strings.ReplaceAll(text, k[name], "${"+name+"}")
	}
	return text
}

// renamed returns a body with all its texts named.
func (k keepsakes) renamed(body any) any {
	switch body := body.(type) {
	case string:
		return k.named(body)
	case map[string]any:
		for name := range body {
			body[name] = k.renamed(body[name])
		}
	case []any:
		for i := range body {
			body[i] = k.renamed(body[i])
		}
	}
	return body
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
