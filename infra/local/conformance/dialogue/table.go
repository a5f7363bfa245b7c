package dialogue

import (
	"path/filepath"
	"testing"
)

// CheckTables plays the tables in folder to an engine, a new peer for each scenario,
// and fails the test where an answer isn't the one that is wanted. With update, the
// answers become those that are wanted.
func CheckTables(t *testing.T, folder string, update bool, newPeer func(t *testing.T) Peer) {
	files, err := Files(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		scenarios, err := Read(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scenarios {
			t.Run(filepath.Base(file)+"/"+s.Name, func(t *testing.T) { check(t, s, update, newPeer(t)) })
		}
		if update {
			if err := Write(file, scenarios); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func check(t *testing.T, s *Scenario, update bool, p Peer) {
	answers, err := p.Play(s)
	if err != nil {
		t.Fatal(err)
	}
	for i, answer := range answers {
		step := s.Steps[i]
		if update {
			step.Want = answer
			continue
		}
		if step.Want == nil {
			t.Errorf("step %d, %s: the table doesn't say what is wanted", i+1, step)
			continue
		}
		found := Compare(step.Want, answer)
		for _, place := range sortedKeys(found) {
			t.Errorf("step %d, %s: %s: got %s, want %s", i+1, step, place, found[place].Second, found[place].First)
		}
	}
}
