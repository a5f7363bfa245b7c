// Package workflows_test walks the state machine definitions along every path
// that testdata has.
package workflows_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPathsEndAsTheyClaim(t *testing.T) {
	for definition := range definitions() {
		for _, p := range paths(t, definition) {
			t.Run(definition+"/"+p.name, func(t *testing.T) {
				w := walkPath(t, definition, p)
				w.checkPath()
				w.checkEnd()
			})
		}
	}
}

func (w *walk) checkPath() {
	w.t.Helper()
	if got := w.engine.Path(w.execution); !slices.Equal(got, w.path.Path) {
		w.t.Errorf("%s\n got path %s\nwant path %s", w.path.Claim, strings.Join(got, ", "), strings.Join(w.path.Path, ", "))
	}
	for name, answers := range w.path.Tasks {
		if w.called[name] < len(answers) {
			w.t.Errorf("%s: state %s made %d calls; the path has %d answers for it", w.path.Claim, name, w.called[name], len(answers))
		}
	}
}

func (w *walk) checkEnd() {
	w.t.Helper()
	got, want := w.end(), w.path.End
	if want.After == 0 {
		want.After = got.After
	}
	if got.Status != want.Status || got.Error != want.Error || got.Cause != want.Cause || got.After != want.After || !sameJSON(got.Output, want.Output) {
		w.t.Errorf("%s\n got %s\nwant %s", w.path.Claim, got, want)
	}
}

// String returns e for a failed test.
func (e end) String() string {
	text, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// MarshalText implements [encoding.TextMarshaler].
func (p period) MarshalText() ([]byte, error) { return []byte(time.Duration(p).String()), nil }

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func TestEveryEdgeIsTakenByAPath(t *testing.T) {
	for definition := range definitions() {
		for _, e := range untaken(t, definition, paths(t, definition)) {
			t.Errorf("%s: no path in testdata/%s takes %s", definition, definition, e)
		}
	}
}

func TestAnEdgeThatNoPathTakesIsNamed(t *testing.T) {
	some := slices.DeleteFunc(paths(t, "deploy"), func(p path) bool { return slices.Contains(p.Path, "Soak") })
	var named []string
	for _, e := range untaken(t, "deploy", some) {
		named = append(named, e.String())
	}
	for _, want := range []string{"Gate Choices[0] → Soak", "Soak Next → Plan"} {
		if !slices.Contains(named, want) {
			t.Errorf("without the paths that soak, %q are not taken; want %q among them", named, want)
		}
	}
}

// untaken returns the edges of a definition that none of some paths takes.
func untaken(t *testing.T, definition string, some []path) []edge {
	t.Helper()
	all := states(t, definitions()[definition])
	left := edges(all)
	for _, p := range some {
		passed, err := taken(all, walkPath(t, definition, p).history())
		if err != nil {
			t.Errorf("%s/%s: %v", definition, p.name, err)
		}
		left = slices.DeleteFunc(left, func(e edge) bool { return slices.Contains(passed, e) })
	}
	return left
}
