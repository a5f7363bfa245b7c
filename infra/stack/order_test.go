package stack_test

import (
	"slices"
	"testing"
)

// needs returns the logical ids that value refers to.
func needs(value any) []string {
	if id := target(value); id != "" {
		return []string{id}
	}
	var ids []string
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			ids = append(ids, needs(member)...)
		}
	case []any:
		for _, element := range v {
			ids = append(ids, needs(element)...)
		}
	}
	return ids
}

// CloudFormation refuses a cycle only once it has the template.
func TestResourcesDependOnEachOtherWithoutACycle(t *testing.T) {
	d := load(t)
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(id string, path []string)
	visit = func(id string, path []string) {
		switch state[id] {
		case visiting:
			t.Errorf("cycle: %v", append(path[slices.Index(path, id):], id))
			return
		case done:
			return
		}
		state[id] = visiting
		r := d.Resources[id]
		for _, next := range append(needs(r.Properties), r.DependsOn...) {
			visit(next, append(path, id))
		}
		state[id] = done
	}
	for id := range d.Resources {
		visit(id, nil)
	}
}

func TestEventsArriveOnlyAfterTheRightsToActOnThem(t *testing.T) {
	d := load(t)
	for id, rule := range d.of(t, "AWS::Events::Rule") {
		role := target(rule.at("Targets", 0, "RoleArn"))
		if role == "" {
			role = target(d.Resources[target(rule.at("Targets", 0, "Arn"))].at("Role"))
		}
		if !slices.ContainsFunc(rule.DependsOn, func(policy string) bool { return target(d.Resources[policy].at("Roles", 0)) == role }) {
			t.Errorf("%s depends on %v, want the policy of the role %s", id, rule.DependsOn, role)
		}
	}
}
