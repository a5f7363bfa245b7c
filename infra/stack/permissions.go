package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway/shared/platform"
	"slipway/shared/step"
)

// A place is where a deploy role is, as its permissions name it; its members may be
// CDK's tokens.
type place struct{ partition, region, account string }

// A grant is a statement of a deploy role.
type grant struct {
	actions   []string
	resources []string // ARNs or "*", sorted, distinct
	condition map[string]map[string]string
}

// grantAll returns what the deploy role of e allows, at: the permissions of each kind
// of step that e allows something to, for the names that it allows.
func grantAll(e platform.Environment, kinds []step.Kind, at place) ([]grant, error) {
	var all []grant
	for _, k := range kinds {
		privileged, ok := k.(step.Privileged)
		if !ok || len(e.Allow[k.Name()]) == 0 {
			continue
		}
		for _, p := range privileged.Permissions() {
			g, err := newGrant(p, e.Allow[k.Name()], e.Allow[platform.Roles], at)
			if err != nil {
				return nil, fmt.Errorf("environment %s allows steps of the kind %s: %w", e.Name, k.Name(), err)
			}
			if len(g.resources) > 0 {
				all = append(all, g)
			}
		}
	}
	return all, nil
}

// newGrant expands p for the names and roles that an environment allows. It has no
// resources when p is about roles and there are none.
func newGrant(p step.Permission, names, roles []string, at place) (grant, error) {
	here := strings.NewReplacer("{partition}", at.partition, "{region}", at.region, "{account}", at.account)
	found := map[string]bool{}
	for _, name := range names {
		expanded := expand(p.Resources, name, roles)
		if len(expanded) == 0 && !slices.ContainsFunc(p.Resources, func(r string) bool { return strings.Contains(r, "{role}") }) {
			return grant{}, fmt.Errorf("the name %q has no slash: write two names joined by one, such as first/second", name)
		}
		for _, resource := range expanded {
			found[here.Replace(resource)] = true
		}
	}
	return grant{p.Actions, slices.Sorted(maps.Keys(found)), p.Condition}, nil
}

// expand returns the resources for one name and all roles. A resource that wants both
// parts of a name is left out for a name that has one.
func expand(resources []string, name string, roles []string) []string {
	first, second, both := strings.Cut(name, "/")
	of := strings.NewReplacer("{name}", name, "{name.1}", first, "{name.2}", second)
	var all []string
	for _, resource := range resources {
		if strings.Contains(resource, "{name.2}") && !both {
			continue
		}
		if !strings.Contains(resource, "{role}") {
			all = append(all, of.Replace(resource))
			continue
		}
		for _, role := range roles {
			all = append(all, strings.ReplaceAll(of.Replace(resource), "{role}", role))
		}
	}
	return all
}

// maxRolePolicy is the most that the inline policies of a role may have together, in
// characters without white space (IAM user guide, "IAM and AWS STS quotas").
const maxRolePolicy = 10240

// checkSize refuses what IAM has no room for in one role.
func checkSize(e platform.Environment, kinds []step.Kind) error {
	longest := place{"aws-us-gov", "ap-southeast-1", "111122223333"}
	grants, err := grantAll(e, kinds, longest)
	if err != nil {
		return err
	}
	size := 0
	for _, g := range grants {
		text, err := json.Marshal(map[string]any{"Effect": "Allow", "Action": g.actions, "Resource": g.resources, "Condition": g.condition})
		if err != nil {
			return fmt.Errorf("encode what environment %s allows: %w", e.Name, err)
		}
		size += len(text) + len(",")
	}
	if size > maxRolePolicy {
		return fmt.Errorf("environment %s allows too much: about %d characters of policy, and IAM takes %d in one role: end names in an asterisk to allow several at once, or split the environment",
			e.Name, size, maxRolePolicy)
	}
	return nil
}
