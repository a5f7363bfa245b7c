package codebuild

import (
	"fmt"
	"regexp"
	"time"

	"slipway/infra/local/store"
	"slipway/shared/script"
)

// The tables of the store.
const (
	projectTable = "codebuild/projects" // name → project
	buildTable   = "codebuild/builds"   // id → build
	numberTable  = "codebuild/numbers"  // project, 0, number in 8 bytes → id
	activeTable  = "codebuild/active"   // id of each build in progress → nothing
)

// A ProjectSpec says what a project builds with.
type ProjectSpec struct {
	Name      string
	BuildSpec string // must be [script.BuildSpec]: no other is understood
	Variables []Variable
	Timeout   time.Duration // of a build that asks for none; 0 for an hour
}

// A Variable is an environment variable of a build.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Type  string `json:"type"` // "PLAINTEXT", also when empty
}

type project struct {
	Name      string
	Variables []Variable
	Minutes   int // time-out of a build
	Created   time.Time
	Modified  time.Time
	Builds    int64 // the number of the latest build
}

// The bounds of a time-out in minutes, per the StartBuild reference.
const (
	minMinutes     = 5
	maxMinutes     = 2160
	defaultMinutes = 60
)

var projectName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$`)

// Create makes the project, or gives the one of that name the new settings; builds
// that have started keep theirs.
func (e *Engine) Create(spec ProjectSpec) error {
	minutes, err := spec.check()
	if err != nil {
		return fmt.Errorf("create project %s: %w", spec.Name, err)
	}
	return e.Store.Update(func(tx store.Tx) error {
		p, err := readProject(tx, spec.Name)
		if err != nil {
			return err
		}
		now := e.Clock.Now()
		if p == nil {
			p = &project{Name: spec.Name, Created: now}
		}
		p.Variables, p.Minutes, p.Modified = normalise(spec.Variables), minutes, now
		return store.PutJSON(tx, projectTable, []byte(p.Name), p)
	})
}

// check returns the time-out in minutes.
func (s ProjectSpec) check() (minutes int, err error) {
	minutes = defaultMinutes
	if s.Timeout != 0 {
		minutes = int(s.Timeout / time.Minute)
	}
	switch {
	case !projectName.MatchString(s.Name):
		return 0, fmt.Errorf("the name is not 2 to 150 letters, digits, '-' and '_'")
	case s.BuildSpec != script.BuildSpec:
		return 0, fmt.Errorf("build specification %q is not understood; only %q is", s.BuildSpec, script.BuildSpec)
	case minutes < minMinutes || minutes > maxMinutes:
		return 0, fmt.Errorf("a time-out of %d minutes is not within %d and %d", minutes, minMinutes, maxMinutes)
	}
	return minutes, checkVariables(s.Variables)
}

func checkVariables(variables []Variable) error {
	for _, v := range variables {
		if v.Name == "" {
			return fmt.Errorf("an environment variable has no name")
		}
		if v.Type != "" && v.Type != "PLAINTEXT" {
			return fmt.Errorf("environment variable %s has type %s; only PLAINTEXT is understood", v.Name, v.Type)
		}
	}
	return nil
}

func normalise(variables []Variable) []Variable {
	out := make([]Variable, len(variables))
	for i, v := range variables {
		out[i] = Variable{v.Name, v.Value, "PLAINTEXT"}
	}
	return out
}

// readProject returns the project of that name, or nil.
func readProject(tx store.Tx, name string) (*project, error) {
	p, err := store.GetJSON[project](tx, projectTable, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("read project %s: %w", name, err)
	}
	return p, nil
}
