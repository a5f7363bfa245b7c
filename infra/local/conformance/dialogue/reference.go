package dialogue

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"slipway/infra/local/conformance"
)

// A Comparison holds the answers of an engine's tables against a reference.
type Comparison struct {
	Engine    string
	Reference string // name and version
	Tables    string // the folder of the tables
	Listed    string // the file of the differences that stay
	Peer      func(t *testing.T) Peer
	// Rules explain the differences that no step explains itself; the first that fits counts.
	Rules []Rule
}

// A Rule tells which difference an answer shows.
type Rule struct {
	What string
	Fits func(d Difference) bool
	// General tells that the difference is one of a whole kind of answers, such as a
	// header that the reference never has. It is listed without a number of cases, and
	// an answer that shows nothing else doesn't count as differing.
	General bool
}

// A Difference is a place in which the reference answers a step otherwise.
type Difference struct {
	Step         *Step
	Place        string
	Ours, Theirs string // "nothing" for what isn't there
}

// Lacks returns whether the reference says nothing in the place.
func (d Difference) Lacks() bool { return d.Theirs == nothing }

// Adds returns whether only the reference says something in the place.
func (d Difference) Adds() bool { return d.Ours == nothing }

// A tally is what has been compared.
type tally struct {
	cases, differing int
	shown            map[string]int // how many steps show each difference
}

// Run compares all answers. It fails the test on each difference that isn't listed,
// on each explanation that explains nothing, and where other numbers of steps show a
// difference than the list says. Otherwise it reports.
func (c Comparison) Run(t *testing.T) {
	files, err := Files(c.Tables)
	if err != nil {
		t.Fatal(err)
	}
	sum := tally{shown: map[string]int{}}
	for _, file := range files {
		scenarios, err := Read(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scenarios {
			c.compare(t, filepath.Base(file), s, &sum)
		}
	}
	c.checkListed(t, sum.shown)
	if t.Failed() {
		return
	}
	if err := conformance.Report(os.Stdout, c.Engine, c.Reference, sum.cases, sum.differing); err != nil {
		t.Fatal(err)
	}
}

// compare plays one scenario to the reference and adds what shows to sum.
func (c Comparison) compare(t *testing.T, file string, s *Scenario, sum *tally) {
	answers, err := c.Peer(t).Play(s)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	for i, theirs := range answers {
		whats := c.explain(t, fmt.Sprintf("%s: %s: step %d", file, s.Name, i+1), s.Steps[i], theirs)
		for what := range whats {
			sum.shown[what]++
		}
		maps.DeleteFunc(whats, func(what string, _ bool) bool { return c.general(what) })
		sum.differing += min(1, len(whats))
	}
	sum.cases += len(answers)
}

// explain returns the differences that the answer to a step shows.
func (c Comparison) explain(t *testing.T, name string, step *Step, theirs *Answer) map[string]bool {
	found, whats := Compare(step.Want, theirs), map[string]bool{}
	for _, place := range sortedKeys(found) {
		d := Difference{step, place, found[place].First, found[place].Second}
		what := cmp.Or(step.Differs[place], c.rule(d))
		if what == "" {
			t.Errorf("%s: %s: %s: the engine says %s, %s %s", name, step, place, d.Ours, c.Reference, d.Theirs)
			continue
		}
		whats[what] = true
	}
	for _, place := range sortedKeys(step.Differs) {
		if _, differs := found[place]; !differs {
			t.Errorf("%s: %s: %s is said to differ, and is the same", name, step, place)
		}
	}
	return whats
}

func (c Comparison) rule(d Difference) string {
	for _, r := range c.Rules {
		if r.Fits(d) {
			return r.What
		}
	}
	return ""
}

func (c Comparison) general(what string) bool {
	return slices.ContainsFunc(c.Rules, func(r Rule) bool { return r.General && r.What == what })
}

// checkListed holds how many steps show each difference against the list.
func (c Comparison) checkListed(t *testing.T, shown map[string]int) {
	listed, err := conformance.Listed(c.Listed)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range listed {
		n := shown[d.What]
		if c.general(d.What) {
			n = min(n, 1) - 1 // it must show, in however many steps
		}
		if n != d.Cases {
			t.Errorf("%d steps are listed, and %d show: %s", d.Cases, shown[d.What], d.What)
		}
		delete(shown, d.What)
	}
	for _, what := range sortedKeys(shown) {
		t.Errorf("%d steps show, and none is listed: %s", shown[what], what)
	}
}
