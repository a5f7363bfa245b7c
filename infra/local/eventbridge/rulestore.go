package eventbridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"slipway/infra/local/store"
)

// A ruleRecord is what the store holds of a rule. Its pattern is a text, which keeps
// the bytes that the rule was made with.
type ruleRecord struct {
	RuleSpec
	Pattern string
}

func (r ruleRecord) spec() RuleSpec {
	spec := r.RuleSpec
	spec.Pattern = json.RawMessage(r.Pattern)
	return spec
}

// ruleKey is where a rule is in the store; no name of a bus has a zero byte.
func ruleKey(bus, name string) string { return bus + "\x00" + name }

// PutRule makes the rule of a stack, or replaces the one of that name on its bus. As
// CloudFormation, it acts on a spec only when it differs from the one that it got last
// under that name, so that a restart undoes no change made through the API.
func (e *Engine) PutRule(spec RuleSpec) error {
	err := e.declare(spec)
	if err != nil {
		return fmt.Errorf("rule %s: %w", spec.Name, err)
	}
	return nil
}

func (e *Engine) declare(spec RuleSpec) error {
	wanted := func(*rule) (*RuleSpec, error) { return &spec, nil }
	_, err := e.change(spec.Bus, spec.Name, wanted, func(tx store.Tx, key string, record ruleRecord) (*ruleRecord, error) {
		declared, err := json.Marshal(record)
		if err != nil {
			return nil, err
		}
		e.declared[key] = true
		if bytes.Equal(tx.Get(declaredTable, []byte(key)), declared) {
			return store.GetJSON[ruleRecord](tx, rulesTable, []byte(key))
		}
		tx.Put(declaredTable, []byte(key), declared)
		return &record, nil
	})
	return err
}

// asGiven is how the API decides what becomes of a rule: it is as it was given.
func asGiven(_ store.Tx, _ string, record ruleRecord) (*ruleRecord, error) { return &record, nil }

// change gives the rule called name on a bus the spec that next makes of the rule as it
// is, which is nil when there is none; no spec deletes the rule. What is stored, decide
// says.
func (e *Engine) change(busName, name string, next func(old *rule) (*RuleSpec, error),
	decide func(tx store.Tx, key string, record ruleRecord) (*ruleRecord, error)) (*rule, error) {
	e.changing.Lock()
	defer e.changing.Unlock()
	b, old, err := e.present(busName, name)
	if err != nil {
		return nil, err
	}
	spec, err := next(old)
	if err != nil {
		return nil, err
	}
	var r *rule
	err = e.Store.Update(func(tx store.Tx) (err error) {
		r, err = e.keep(tx, b.name, name, spec, decide)
		return err
	})
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if r == nil {
		delete(b.rules, name)
	} else {
		b.rules[name] = r
	}
	return r, nil
}

// present returns the bus and its rule of that name, which is nil when there is none.
func (e *Engine) present(busName, name string) (*bus, *rule, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	b, err := e.bus(busName)
	if err != nil {
		return nil, nil, err
	}
	old := b.rules[name]
	if old == nil && len(b.rules) >= maxRules {
		return nil, nil, limitExceeded("The bus %s has %d rules already, which is the limit.", b.name, maxRules)
	}
	return b, old, nil
}

// keep stores the rule of spec, as decide says, or deletes it, and returns it.
func (e *Engine) keep(tx store.Tx, bus, name string, spec *RuleSpec, decide func(store.Tx, string, ruleRecord) (*ruleRecord, error)) (*rule, error) {
	key := ruleKey(bus, name)
	if spec == nil {
		tx.Delete(rulesTable, []byte(key))
		return nil, nil
	}
	r, err := e.newRule(*spec, bus)
	if err != nil {
		return nil, flaw{err}
	}
	given := ruleRecord{r.RuleSpec, string(spec.Pattern)}
	record, err := decide(tx, key, given)
	if err != nil || record == nil {
		return nil, err
	}
	if err := store.PutJSON(tx, rulesTable, []byte(key), record); err != nil {
		return nil, err
	}
	return e.newRule(record.spec(), bus)
}

// resumeRules takes up the rules that the stack doesn't declare. Those that it declared
// once and no longer does are deleted, and so are those of a bus that is gone.
func (e *Engine) resumeRules() error {
	e.changing.Lock()
	defer e.changing.Unlock()
	var found []*rule
	err := e.Store.Update(func(tx store.Tx) error {
		var gone []string
		for key := range tx.Scan(declaredTable, nil) {
			if !e.declared[string(key)] {
				gone = append(gone, string(key))
			}
		}
		for _, key := range gone {
			tx.Delete(declaredTable, []byte(key))
			tx.Delete(rulesTable, []byte(key))
		}
		var err error
		found, err = e.storedRules(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("resume rules: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range found {
		e.buses[r.Bus].rules[r.Name] = r
	}
	return nil
}

// storedRules returns the rules of the buses that there are, and deletes all others.
func (e *Engine) storedRules(tx store.Tx) ([]*rule, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var found []*rule
	var gone []string
	for key, value := range tx.Scan(rulesTable, nil) {
		bus, name, _ := strings.Cut(string(key), "\x00")
		if e.buses[bus] == nil {
			gone = append(gone, string(key))
			continue
		}
		record, err := store.ParseJSON[ruleRecord](rulesTable, value)
		if err != nil {
			return nil, err
		}
		r, err := e.newRule(record.spec(), bus)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", name, err)
		}
		found = append(found, r)
	}
	for _, key := range gone {
		tx.Delete(rulesTable, []byte(key))
	}
	return found, nil
}
