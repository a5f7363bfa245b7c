package dynamodb

import (
	"maps"
	"slices"
)

// maxBatchWrites is the most items that one batch may write.
const maxBatchWrites = 25

type batchWriteRequest struct {
	RequestItems map[string][]writeRequest
	returnParameters
}

// A writeRequest has one of its members.
type writeRequest struct {
	PutRequest    *struct{ Item item }
	DeleteRequest *struct{ Key item }
}

type batchWriteAnswer struct {
	UnprocessedItems map[string]struct{} // always empty: nothing is throttled here
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

func (e *Engine) batchWriteItem(r batchWriteRequest) (*batchWriteAnswer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	mutations, err := r.parse()
	if err != nil {
		return nil, err
	}
	used := ledger{}
	err = e.update(func(w *writer) error {
		changes, err := w.prepareBatch(mutations)
		if err != nil {
			return err
		}
		for _, c := range changes {
			units, err := w.commit(c)
			if err != nil {
				return err
			}
			used.charge(c.table.Name, units, 1)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &batchWriteAnswer{map[string]struct{}{}, used.report(r.ReturnConsumedCapacity.report)}, nil
}

func (r batchWriteRequest) parse() ([]mutation, error) {
	if len(r.RequestItems) == 0 {
		return nil, missingMember("requestItems")
	}
	var mutations []mutation
	for _, table := range slices.Sorted(maps.Keys(r.RequestItems)) {
		if len(r.RequestItems[table]) == 0 {
			return nil, invalid("The batch write request list for a table cannot be null or empty: %s", table)
		}
		for _, request := range r.RequestItems[table] {
			m, err := request.mutation(table)
			if err != nil {
				return nil, err
			}
			mutations = append(mutations, m)
		}
	}
	if len(mutations) > maxBatchWrites {
		return nil, invalid("Too many items requested for the BatchWriteItem call")
	}
	return mutations, nil
}

func (r writeRequest) mutation(table string) (mutation, error) {
	m := mutation{table: table}
	switch {
	case (r.PutRequest == nil) == (r.DeleteRequest == nil):
		return m, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	case r.PutRequest != nil:
		m.verb, m.subject = verbPut, r.PutRequest.Item
	default:
		m.verb, m.subject = verbDelete, r.DeleteRequest.Key
	}
	return m, m.check()
}

// prepareBatch works out all changes of a batch before the first is written.
func (w *writer) prepareBatch(mutations []mutation) ([]change, error) {
	seen := map[string]bool{}
	var changes []change
	for _, m := range mutations {
		c, err := w.locate(m)
		if err != nil {
			return nil, err
		}
		if id := c.id(); seen[id] {
			return nil, invalid("Provided list of item keys contains duplicates")
		} else {
			seen[id] = true
		}
		if err := w.prepare(m, &c); err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, nil
}
