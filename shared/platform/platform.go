// Package platform holds what belongs to an installation of Slipway rather than to
// a project: its environments, the groups of people, the sites and repositories that
// the stack creates, and the networks in which scripts run.
package platform

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"slipway/shared/pipeline"
)

// A Platform is what the platform file says. Its JSON, for the functions'
// environment variable PLATFORM, is read by [Decode]; what environments allow and what
// networks consist of is not in it.
type Platform struct {
	Environments []Environment       `json:"environments"` // at least one, in the file's order, distinct names
	Groups       map[string][]string `json:"groups"`       // people by group, sorted and distinct
	Sites        []string            `json:"sites"`        // S3 buckets that the stack creates and s3-site steps may write
	Repositories []string            `json:"repositories"` // ECR repositories that the stack creates
	// Networks are those in which scripts may run, in the file's order, with distinct names.
	Networks []Network `json:"networks,omitempty"`
}

// Environment returns the environment of that name; ok is false when there is none.
func (p Platform) Environment(name string) (e Environment, ok bool) {
	i := slices.IndexFunc(p.Environments, func(e Environment) bool { return e.Name == name })
	if i < 0 {
		return Environment{}, false
	}
	return p.Environments[i], true
}

// EnvironmentNames returns the names of the environments, in the file's order.
func (p Platform) EnvironmentNames() []string {
	names := make([]string, len(p.Environments))
	for i, e := range p.Environments {
		names[i] = e.Name
	}
	return names
}

// GroupNames returns the names of the groups, sorted.
func (p Platform) GroupNames() []string { return slices.Sorted(maps.Keys(p.Groups)) }

// Members returns the people in any of the groups, sorted and each once. A group
// that does not exist has none.
func (p Platform) Members(groups ...string) []string {
	var people []string
	for _, g := range groups {
		people = append(people, p.Groups[g]...)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// IsMember tells whether person is in any of the groups.
func (p Platform) IsMember(person string, groups ...string) bool {
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(p.Groups[g], person) })
}

// Decode reads the JSON of a Platform. It returns [pipeline.ErrInvalid] when text
// is not one: the functions are deployed with the platform file's own content.
func Decode(text string) (Platform, error) {
	var p Platform
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Platform{}, fmt.Errorf("platform: %s; deploy the stack again: %w", err, pipeline.ErrInvalid)
	}
	if len(p.Environments) == 0 {
		return Platform{}, fmt.Errorf("platform: it has no environments; deploy the stack again: %w", pipeline.ErrInvalid)
	}
	return p, nil
}
