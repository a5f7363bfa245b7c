package pipeline

import (
	"fmt"
	"regexp"
	"strconv"
)

// MaxAttempts is how often one release may be deployed to one environment.
const MaxAttempts = 9999

// A DeploymentID names a deployment by what it is: attempt number Attempt to put
// release number Release of Project into Environment. Two requests for the same
// attempt are thus the same deployment. Its text is the name of its Step
// Functions execution, such as "storefront_12_production_1".
type DeploymentID struct {
	Project     string
	Release     int // the release's number, from 1
	Environment string
	Attempt     int // from 1 to [MaxAttempts]
}

var deploymentIDPattern = regexp.MustCompile(`^([a-z0-9-]{1,30})_([1-9][0-9]{0,8})_([a-z0-9-]{1,30})_([1-9][0-9]{0,3})$`)

// ParseDeploymentID returns [ErrInvalid] unless text is what [DeploymentID.String] writes.
func ParseDeploymentID(text string) (DeploymentID, error) {
	m := deploymentIDPattern.FindStringSubmatch(text)
	if m == nil {
		return DeploymentID{}, fmt.Errorf("deployment %q: an id looks like storefront_12_production_1: %w", text, ErrInvalid)
	}
	id := DeploymentID{Project: m[1], Environment: m[3]}
	id.Release, _ = strconv.Atoi(m[2]) // the pattern admits only numbers that fit
	id.Attempt, _ = strconv.Atoi(m[4])
	return id, nil
}

// String returns the text form; "" for the zero id.
func (id DeploymentID) String() string {
	if id == (DeploymentID{}) {
		return ""
	}
	return fmt.Sprintf("%s_%d_%s_%d", id.Project, id.Release, id.Environment, id.Attempt)
}

// MarshalText implements [encoding.TextMarshaler].
func (id DeploymentID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]; empty text is the zero id.
func (id *DeploymentID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = DeploymentID{}
		return nil
	}
	parsed, err := ParseDeploymentID(string(text))
	if err == nil {
		*id = parsed
	}
	return err
}
