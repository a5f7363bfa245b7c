//go:build conformance

package scheduler_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/conformance"
	"slipway/shared/schedule"
)

var (
	classpath = flag.String("classpath", "", "where Java finds Quartz")
	driver    = flag.String("driver", "", "the Java program that asks Quartz")
	reference = flag.String("reference", "", "the name and version of Quartz, for the report")
)

// seed and generated make the expressions that are compared, each by its first five runs.
const (
	seed      = 20261122
	generated = 40_000
)

// A question is when an expression runs after a time.
type question struct {
	fields string // the six of AWS
	after  time.Time
	runs   int
}

// ask returns what Quartz says of each question.
func ask(t *testing.T, questions []question) []string {
	t.Helper()
	var in bytes.Buffer
	for _, q := range questions {
		fmt.Fprintf(&in, "%d %d %s\n", q.after.Unix(), q.runs, quartz(q.fields))
	}
	java := exec.Command("java", "-cp", *classpath, *driver)
	java.Stdin, java.Stderr = &in, os.Stderr
	out, err := java.Output()
	if err != nil {
		t.Fatalf("Quartz: %v", err)
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != len(questions) {
		t.Fatalf("Quartz gave %d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

// answer returns what the engine says, in the driver's words, and why it refuses.
func answer(q question) (said, why string) {
	x, err := schedule.Parse("cron("+q.fields+")", "UTC")
	if err != nil {
		return "refused", err.Error()
	}
	var all []string
	at := q.after
	for range q.runs {
		slot, ok := x.Next(at)
		if !ok {
			break
		}
		all, at = append(all, fmt.Sprint(slot.Unix())), slot
	}
	return strings.Join(all, " "), ""
}

// The listed differences.
const (
	readsOn = "the engine refuses a field with what it can't have, such as 1.5, ,1, 8#1, 10-5/2 or a step of 0; Quartz reads on or guesses"
	lastDay = "the engine takes L in a list of days of the week; Quartz refuses it"
)

// explained returns the listed difference that q shows, or "".
func explained(q question, ours, theirs string) string {
	switch {
	case ours == "refused":
		return readsOn
	case theirs == "refused" && (strings.Contains(q.fields, ",L ") || strings.Contains(q.fields, " L,")):
		return lastDay
	}
	return ""
}

// before2100 returns the runs of an answer that come before 2100. Quartz's years end a
// hundred years after the one in which it is asked.
func before2100(answer string) string {
	end := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	var all []string
	for run := range strings.FieldsSeq(answer) {
		if seconds, err := strconv.ParseInt(run, 10, 64); err != nil || seconds < end {
			all = append(all, run)
		}
	}
	return strings.Join(all, " ")
}

func TestConformanceWithQuartz(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	questions := make([]question, generated)
	for i := range questions {
		questions[i] = g.question()
	}
	found := map[string]int{}
	for i, theirs := range ask(t, questions) {
		q := questions[i]
		ours, why := answer(q)
		if before2100(ours) == before2100(theirs) {
			continue
		}
		if difference := explained(q, ours, theirs); difference != "" {
			found[difference]++
			continue
		}
		t.Errorf("%s after %s: the engine says %s %s, Quartz %s", q.fields, q.after.Format(time.RFC3339), ours, why, theirs)
	}
	differing := checkListed(t, found)
	if t.Failed() {
		return
	}
	if err := conformance.Report(os.Stdout, "scheduler", *reference, len(questions), differing); err != nil {
		t.Fatal(err)
	}
}

// checkListed holds the differences that were found against those that are listed,
// and returns how many expressions show one.
func checkListed(t *testing.T, found map[string]int) (expressions int) {
	t.Helper()
	listed, err := conformance.Listed("testdata/differences.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range listed {
		if d.Cases != found[d.What] {
			t.Errorf("%d expressions are listed, and %d show, that %s", d.Cases, found[d.What], d.What)
		}
		expressions += d.Cases
		delete(found, d.What)
	}
	for what, n := range found {
		t.Errorf("%d expressions show, and none is listed, that %s", n, what)
	}
	return expressions
}
