package dynamodb

import (
	"slipway/infra/local/store"

	"slipway/infra/local/awsjson"
)

type transactGetRequest struct {
	TransactItems          []getActionRequest
	ReturnConsumedCapacity capacityMode
}

type getActionRequest struct {
	Get *struct {
		TableName                string
		Key                      item
		ProjectionExpression     *string
		ExpressionAttributeNames map[string]string
	}
}

type transactGetAnswer struct {
	Responses        []itemAnswer
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

type itemAnswer struct {
	Item *item `json:",omitempty"`
}

func (e *Engine) transactGetItems(r transactGetRequest) (*transactGetAnswer, error) {
	if err := r.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	lookups, err := r.parse()
	if err != nil {
		return nil, err
	}
	var found []item
	err = e.store.View(func(tx store.Tx) error {
		found, err = findAll(tx, lookups)
		return err
	})
	if err != nil {
		return nil, err
	}
	used := ledger{}
	answer := &transactGetAnswer{}
	for i, l := range lookups {
		units := capacity{table: readUnits(itemSize(found[i]), true)}
		used.charge(l.table, units, transactionFactor)
		answer.Responses = append(answer.Responses, itemAnswer{l.show(found[i])})
	}
	answer.ConsumedCapacity = used.report(r.ReturnConsumedCapacity.reportReads)
	return answer, nil
}

func (r transactGetRequest) parse() ([]lookup, error) {
	if err := checkActions(len(r.TransactItems)); err != nil {
		return nil, err
	}
	var lookups []lookup
	for _, action := range r.TransactItems {
		get := action.Get
		if get == nil {
			return nil, missingMember("transactItems.member.get")
		}
		l, err := newLookup(get.TableName, get.Key, get.ProjectionExpression, get.ExpressionAttributeNames)
		if err != nil {
			return nil, err
		}
		lookups = append(lookups, l)
	}
	return lookups, nil
}

// findAll reads the items of a transaction, nil for those that are not there.
func findAll(tx store.Tx, lookups []lookup) ([]item, error) {
	found := make([]item, len(lookups))
	faults := make([]*awsjson.Error, len(lookups))
	seen := map[string]bool{}
	size := 0
	for i, l := range lookups {
		it, key, err := l.find(tx)
		if faults[i] = asFault(err); err != nil && faults[i] == nil {
			return nil, err
		}
		id := l.table + "/" + string(key)
		if err == nil && seen[id] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[id], found[i] = true, it
		size += itemSize(it)
	}
	if size > maxTransactionSize {
		return nil, invalid("The items of the transaction exceed 4MB. Size: %d", size)
	}
	return found, cancelledFor(faults)
}
