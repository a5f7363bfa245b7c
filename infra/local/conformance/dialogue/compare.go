package dialogue

import (
	"fmt"
	"reflect"
)

// nothing is what an answer says where it says nothing.
const nothing = "nothing"

// A Pair is what two answers say in one place.
type Pair struct{ First, Second string }

// Compare returns the places in which two answers differ, such as "status",
// "header etag" and "body Error.Code". Where the status differs nothing else is looked
// at, since it follows from that.
func Compare(first, second *Answer) map[string]Pair {
	found := map[string]Pair{}
	if first.Status != second.Status {
		found["status"] = Pair{fmt.Sprint(first.Status, " ", text(first.Body)), fmt.Sprint(second.Status, " ", text(second.Body))}
		return found
	}
	for name := range union(first.Headers, second.Headers) {
		if a, b := first.Headers[name], second.Headers[name]; a != b {
			found["header "+name] = Pair{header(a), header(b)}
		}
	}
	differ("body", first.Body, second.Body, found)
	return found
}

// differ adds to found where a and b differ, below the given place. The items of lists
// have the place of the list.
func differ(place string, a, b any, found map[string]Pair) {
	if reflect.DeepEqual(a, b) {
		return
	}
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			for name := range union(a, b) {
				differ(within(place, name), a[name], b[name], found)
			}
			return
		}
	case []any:
		if b, ok := b.([]any); ok && len(a) == len(b) {
			for i := range a {
				differ(place, a[i], b[i], found)
			}
			return
		}
	}
	found[place] = Pair{text(a), text(b)}
}

func within(place, name string) string {
	if place == "body" {
		return place + " " + name
	}
	return place + "." + name
}

func text(value any) string {
	if value == nil {
		return nothing
	}
	return fmt.Sprint(value)
}

func header(value string) string {
	if value == "" {
		return nothing
	}
	return value
}

func union[V any](a, b map[string]V) map[string]bool {
	names := map[string]bool{}
	for name := range a {
		names[name] = true
	}
	for name := range b {
		names[name] = true
	}
	return names
}
