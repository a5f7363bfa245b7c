//go:build conformance

package dynamodb_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"

	"slipway/infra/local/conformance"
)

var (
	endpoint  = flag.String("endpoint", "", "the address of DynamoDB Local, such as http://127.0.0.1:8000")
	reference = flag.String("reference", "DynamoDB Local", "the name and version of what is behind the endpoint")
	seed      = flag.Uint64("seed", 1, "the seed of the first random sequence; each has the seed after that of the one before")
	sequences = flag.Int("sequences", fullRun, "how many random sequences to send")
)

// fullRun is how many sequences are sure to meet every deviation.
const fullRun = 10000

// workers is how many sequences are under way at a time, each in a database of its own.
const workers = 4

// referencePeer returns a peer of its own at the reference's address.
func referencePeer(url, caller string) peer {
	return peer{&http.Client{Transport: &http.Transport{}}, url, caller, nil}
}

func TestConformanceWithDynamoDBLocal(t *testing.T) {
	if *endpoint == "" {
		t.Fatal("the flag -endpoint must hold the address of DynamoDB Local; scripts/conformance/dynamodb/run starts one")
	}
	cases := 0
	for _, file := range caseFiles(t) {
		t.Run(file.name, func(t *testing.T) { cases += file.compare(t) })
	}
	met := map[string]bool{}
	t.Run("random sequences", func(t *testing.T) { met = playRandom(t) })
	for _, d := range deviations() {
		if *sequences < fullRun {
			break // too few to meet every deviation
		}
		if d.amend != nil && !met[d.name] {
			t.Errorf("no sequence met the deviation %q any more", d.name)
		}
	}
	if t.Failed() {
		return
	}
	if err := conformance.Report(os.Stdout, "dynamodb", *reference, cases+*sequences, len(deviations())); err != nil {
		t.Fatal(err)
	}
}

// compare sends a file's cases to the reference, each to tables of its own, and returns their number.
func (f caseFile) compare(t *testing.T) int {
	to := referencePeer(*endpoint, "cases")
	for _, c := range f.Cases {
		t.Run(c.Name, func(t *testing.T) {
			for _, table := range []string{"Items", "Log", "New1"} {
				if _, err := to.do(t.Context(), step{"DeleteTable", object{"TableName": table}}); err != nil {
					t.Fatal(err)
				}
			}
			want := c.Answer
			if c.Local != nil {
				want = *c.Local
			}
			f.run(t, c, to, want)
		})
	}
	return len(f.Cases)
}

// playRandom plays random sequences and returns the deviations that they met.
func playRandom(t *testing.T) map[string]bool {
	tables := sequenceTables(t)
	seeds := make(chan uint64)
	var together sync.WaitGroup
	var all sync.Mutex
	met := map[string]bool{}
	var reported sync.Map // kinds of disagreements
	for i := range workers {
		together.Go(func() {
			d, err := newDuel(t.Context(), *endpoint, fmt.Sprintf("worker%d", i), tables)
			if err != nil {
				t.Error(err)
			}
			for s := range seeds {
				if d != nil {
					d.playSeed(t, s, &reported)
				}
			}
			all.Lock()
			defer all.Unlock()
			if d != nil {
				maps.Copy(met, d.met)
			}
		})
	}
	for i := range *sequences {
		seeds <- *seed + uint64(i)
	}
	close(seeds)
	together.Wait()
	return met
}

// playSeed plays the sequence of a seed and, where it shows a disagreement, reports the smallest that does.
func (d *duel) playSeed(t *testing.T, seed uint64, reported *sync.Map) {
	s := newGenerator(seed).drawSequence()
	found, err := d.play(t.Context(), s)
	if err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	if found == nil || err != nil {
		return
	}
	kind := found.kind()
	if _, again := reported.LoadOrStore(kind, true); again {
		t.Errorf("-seed %d -sequences 1: another disagreement: %s", seed, kind)
		return
	}
	trial := 0
	smallest := shrink(slices.Clone(s), func(smaller sequence) bool {
		trial++
		again, err := d.play(t.Context(), smaller.underOtherTokens(trial))
		return err == nil && again != nil && again.kind() == kind
	})
	if again, err := d.play(t.Context(), smallest.underOtherTokens(trial+1)); err == nil && again != nil {
		found = again
	}
	t.Errorf("-seed %d -sequences 1: (-reference +engine)\n%s\n%s", seed, smallest, found.diff)
}

// underOtherTokens returns the sequence with other client tokens, as the reference
// remembers those of the sequence.
func (s sequence) underOtherTokens(trial int) sequence {
	other := make(sequence, len(s))
	for i, one := range s {
		other[i] = step{one.Op, maps.Clone(one.Request)}
		if token, has := one.Request["ClientRequestToken"]; has {
			other[i].Request["ClientRequestToken"] = fmt.Sprint(token, "-", trial)
		}
	}
	return other
}
