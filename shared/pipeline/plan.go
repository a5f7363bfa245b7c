package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// A Plan is what a deployment or a run would do, resolved. Its hash covers all of it; what
// changes with time alone, such as how long a soak still lasts, is not in it.
type Plan struct {
	Deployment  DeploymentID      `json:"deployment,omitzero"` // zero for a run
	Run         RunID             `json:"run,omitzero"`        // zero for a deployment
	Release     Version           `json:"release,omitzero"`    // zero for a run
	Channel     string            `json:"channel,omitempty"`
	Packages    []ReleasePackage  `json:"packages,omitempty"`
	Variables   []PlannedVariable `json:"variables"`
	Steps       []PlannedStep     `json:"steps"`
	Gates       []PlannedGate     `json:"gates,omitempty"`
	Environment PlannedTarget     `json:"environment"`
}

// A PlannedTarget is the environment as the platform file defines it.
type PlannedTarget struct {
	Name    string `json:"name"`
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
	Role    string `json:"role,omitempty"`
	// Endpoint answers in AWS's place.
	Endpoint string `json:"endpoint,omitempty"`
}

// A PlannedVariable is a variable's value with the scope that won; an empty scope
// is that of the unscoped value.
type PlannedVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Scope string `json:"scope,omitempty"`
}

// A PlannedStep is a step with all placeholders replaced.
type PlannedStep struct {
	Name           string          `json:"name"`
	Kind           string          `json:"kind"`
	With           json.RawMessage `json:"with"`
	TimeoutSeconds int             `json:"timeoutSeconds"`
	Retry          int             `json:"retry"`
	// Preview has a line for each thing that the step would change, of a kind that can
	// tell beforehand; empty until that is found out.
	Preview []string `json:"preview,omitempty"`
}

// A PlannedGate is what must hold before the deployment starts.
type PlannedGate struct {
	Gate     string `json:"gate"`
	Requires string `json:"requires"`
}

// Execution returns whose plan p is.
func (p Plan) Execution() ExecutionID { return ExecutionID{Deployment: p.Deployment, Run: p.Run} }

// Hash returns the SHA-256 of p, as "sha256:" and hexadecimal digits.
func (p Plan) Hash() (string, error) {
	data, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("hash plan of %s: %w", p.Execution(), err)
	}
	return HashOfPlan(data), nil
}

// HashOfPlan returns the hash of the plan whose JSON is given, as it was kept.
func HashOfPlan(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Step returns the named step of p, or [ErrNotFound].
func (p Plan) Step(name string) (PlannedStep, error) {
	for _, s := range p.Steps {
		if s.Name == name {
			return s, nil
		}
	}
	return PlannedStep{}, fmt.Errorf("step %s of %s: %w", name, p.Execution(), ErrNotFound)
}

// Timeout returns how long one attempt at s may take.
func (s PlannedStep) Timeout() time.Duration { return time.Duration(s.TimeoutSeconds) * time.Second }
