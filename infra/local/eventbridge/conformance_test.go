//go:build conformance

package eventbridge_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"slipway/infra/local/conformance"
)

var (
	classpath = flag.String("classpath", "", "where Java finds event-ruler")
	driver    = flag.String("driver", "", "the Java program that asks event-ruler")
	reference = flag.String("reference", "", "the name and version of event-ruler, for the report")
)

// seed and generated make the pairs that are compared besides those of the table.
const (
	seed      = 20261122
	generated = 120_000
)

// A verdict is what event-ruler says of a pair: of the pattern as it is, and of its
// alternatives one at a time.
type verdict struct{ whole, parts string }

// ask returns what event-ruler says of each pair.
func ask(t *testing.T, pairs []pair) []verdict {
	t.Helper()
	var in bytes.Buffer
	lines := json.NewEncoder(&in)
	for _, p := range pairs {
		if err := lines.Encode(p); err != nil {
			t.Fatal(err)
		}
	}
	java := exec.Command("java", "-cp", *classpath, *driver)
	java.Stdin, java.Stderr = &in, os.Stderr
	out, err := java.Output()
	if err != nil {
		t.Fatalf("event-ruler: %v", err)
	}
	words := strings.Fields(string(out))
	if len(words) != 2*len(pairs) {
		t.Fatalf("event-ruler gave %d words for %d pairs", len(words), len(pairs))
	}
	verdicts := make([]verdict, len(pairs))
	for i := range verdicts {
		verdicts[i] = verdict{words[2*i], words[2*i+1]}
	}
	return verdicts
}

// The patterns that the engine refuses and event-ruler takes, by a part of the
// engine's error, and the listed difference that each shows.
var refusedBeyondEventRuler = map[string]string{
	"must be between -5e9":            "the engine refuses a numeric expression with a number beyond 5e9 or with more than 6 decimal places; event-ruler takes it",
	`unrecognized operator "exactly"`: "the engine refuses the operator exactly; event-ruler takes it",
	"$or: must be an array":           "the engine refuses an object under $or; event-ruler takes it for a field of that name",
	"must hold at least one string":   "the engine refuses an empty list within anything-but; event-ruler leaves it out, when the field has other alternatives",
}

// contradiction is the listed difference where event-ruler disagrees with itself.
const contradiction = "the engine says of a list of alternatives what event-ruler says of them one at a time; of the list, event-ruler says otherwise"

// mostContradictions is how many pairs may show one.
const mostContradictions = 50

// sameDigits is the listed difference between the kinds of IP addresses.
const sameDigits = "no IPv6 address lies in an IPv4 network, or is equal to an IPv4 address; event-ruler takes one for the other when their hexadecimal digits begin alike"

var (
	ipv4 = regexp.MustCompile(`"\d+\.\d+\.\d+\.\d+[/"]`)
	ipv6 = regexp.MustCompile(`"[0-9a-fA-F:]*::?[0-9a-fA-F:]*"`)
)

// explained returns the listed difference that p shows, or "".
func explained(p pair, ours string, theirs verdict) string {
	if ours == theirs.parts {
		return contradiction
	}
	_, why := answer(p)
	for part, difference := range refusedBeyondEventRuler {
		if strings.Contains(why, part) {
			return difference
		}
	}
	if ours == "miss" && theirs.parts == "match" && ipv4.MatchString(p.Pattern) && ipv6.MatchString(p.Event) {
		return sameDigits
	}
	return ""
}

// generate returns pairs of patterns with events.
func generate() []pair {
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	pairs := make([]pair, generated)
	for i := range pairs {
		event, fields := g.event()
		pairs[i] = pair{g.pattern(fields), event}
	}
	return pairs
}

func TestConformanceWithEventRuler(t *testing.T) {
	pairs := append(generate(), table(t)...)
	answers, found := map[string]int{}, map[string]int{}
	for i, theirs := range ask(t, pairs) {
		answers[theirs.whole]++
		p := pairs[i]
		if ours, _ := answer(p); ours != theirs.whole {
			if difference := explained(p, ours, theirs); difference != "" {
				found[difference]++
				continue
			}
			t.Errorf("the engine says %s, event-ruler %+v\npattern %s\nevent   %s", ours, theirs, p.Pattern, p.Event)
		}
	}
	t.Logf("event-ruler's answers: %v", answers)
	if answers["match"] < len(pairs)/3 {
		t.Errorf("only %d of %d pairs match", answers["match"], len(pairs))
	}
	differing := checkListed(t, found)
	if t.Failed() {
		return
	}
	if err := conformance.Report(os.Stdout, "eventbridge", *reference, len(pairs), differing); err != nil {
		t.Fatal(err)
	}
}

// checkListed holds the differences that were found against those that are listed,
// and returns how many pairs show one.
func checkListed(t *testing.T, found map[string]int) (pairs int) {
	t.Helper()
	listed, err := conformance.Listed("testdata/differences.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range listed {
		n := found[d.What]
		pairs += n
		delete(found, d.What)
		if d.What == contradiction && n > 0 && n <= mostContradictions {
			continue // how many depends on the order of event-ruler's hash sets
		}
		if d.Cases != n {
			t.Errorf("%d pairs are listed, and %d show, that %s", d.Cases, n, d.What)
		}
	}
	for what, n := range found {
		t.Errorf("%d pairs show, and none is listed, that %s", n, what)
	}
	return pairs
}
