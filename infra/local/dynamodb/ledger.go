package dynamodb

import (
	"maps"
	"slices"
)

// A ledger sums up the capacity that a request takes of each table.
type ledger map[string]*capacity

// charge adds factor times the units to the table's account.
func (l ledger) charge(table string, units capacity, factor float64) {
	if l[table] == nil {
		l[table] = &capacity{}
	}
	l[table].addAll(units, factor)
}

// report lists the accounts in order of their tables, each as one of the
// capacity mode's reports; none, when the request did not ask.
func (l ledger) report(one func(table string, c capacity) *consumedCapacity) []*consumedCapacity {
	var all []*consumedCapacity
	for _, table := range slices.Sorted(maps.Keys(l)) {
		if report := one(table, *l[table]); report != nil {
			all = append(all, report)
		}
	}
	return all
}
