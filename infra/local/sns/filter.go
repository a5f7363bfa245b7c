package sns

import (
	"bytes"
	"encoding/json"

	"slipway/shared/pattern"
)

// The limits of a filter policy, per "Filter policy constraints in Amazon SNS".
const (
	maxFilterBytes        = 256 << 10
	maxFilterKeys         = 5
	maxFilterCombinations = 150
)

// A filter tells which messages a subscription wants.
type filter func(Message) (bool, error)

// filter parses the policy of s. Its language is that of event patterns.
func (s Settings) filter() (filter, error) {
	policy := []byte(s.FilterPolicy)
	if len(policy) == 0 || isEmptyObject(policy) {
		return func(Message) (bool, error) { return true, nil }, nil
	}
	if len(policy) > maxFilterBytes {
		return nil, reasonf("the policy is %d bytes long, which is more than %d", len(policy), maxFilterBytes)
	}
	wanted, err := pattern.Parse(policy)
	if err != nil {
		return nil, err
	}
	size, err := measure(policy, 1)
	switch {
	case err != nil:
		return nil, err
	case size.nested && s.scope() == MessageAttributes:
		return nil, reason("Filter policy scope MessageAttributes does not support nested filter policy")
	case size.keys > maxFilterKeys:
		return nil, reasonf("Filter policy can not have more than %d keys", maxFilterKeys)
	case size.combinations > maxFilterCombinations:
		return nil, reason("Filter policy is too complex")
	case s.scope() == MessageBody:
		return func(m Message) (bool, error) { return wanted.Match([]byte(m.Body)), nil }, nil
	}
	return func(m Message) (bool, error) {
		attributes, err := m.filterable()
		return err == nil && wanted.Match(attributes), err
	}, nil
}

// isEmptyObject tells whether policy is {}, which SNS takes for no policy.
func isEmptyObject(policy []byte) bool {
	policy, open := bytes.CutPrefix(bytes.TrimSpace(policy), []byte("{"))
	return open && string(bytes.TrimSpace(policy)) == "}"
}

// A filterSize is what the limits of a filter policy count.
type filterSize struct {
	keys         int
	combinations int
	nested       bool
}

// measure counts the keys and the combinations of values of a policy, or of a part
// of one at depth: each key multiplies them by its values times its depth, and a
// "$or" by the sum of its choices.
func measure(policy []byte, depth int) (filterSize, error) {
	size := filterSize{combinations: 1, nested: depth > 1}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(policy, &members); err != nil {
		return size, err
	}
	for name, value := range members {
		part, err := measureMember(name, value, depth)
		if err != nil {
			return size, err
		}
		size.keys += part.keys
		size.combinations = min(size.combinations*part.combinations, maxFilterCombinations+1)
		size.nested = size.nested || part.nested
	}
	return size, nil
}

func measureMember(name string, value json.RawMessage, depth int) (filterSize, error) {
	if value[0] == '{' {
		return measure(value, depth+1)
	}
	var values []json.RawMessage
	if err := json.Unmarshal(value, &values); err != nil || name != "$or" {
		return filterSize{keys: 1, combinations: len(values) * depth}, err
	}
	sum := filterSize{}
	for _, choice := range values {
		part, err := measure(choice, depth)
		if err != nil {
			return sum, err
		}
		sum.keys += part.keys
		sum.combinations += part.combinations
		sum.nested = sum.nested || part.nested
	}
	return sum, nil
}
