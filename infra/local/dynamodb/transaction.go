package dynamodb

import "slipway/infra/local/awsjson"

// prepareAll works out all changes of a transaction. Where any can't be made,
// the transaction is cancelled with a reason for each of them.
func (w *writer) prepareAll(mutations []mutation) ([]change, error) {
	changes := make([]change, len(mutations))
	faults := make([]*awsjson.Error, len(mutations))
	seen := map[string]bool{}
	for i, m := range mutations {
		c, err := w.locate(m)
		if faults[i] = asFault(err); err != nil && faults[i] == nil {
			return nil, err
		}
		if err == nil && seen[c.id()] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		changes[i], seen[c.id()] = c, true
	}
	size := 0
	for i, m := range mutations {
		if faults[i] != nil {
			continue
		}
		err := w.prepare(m, &changes[i])
		if faults[i] = asFault(err); err != nil && faults[i] == nil {
			return nil, err
		}
		size += max(itemSize(m.subject), itemSize(changes[i].new))
	}
	if size > maxTransactionSize {
		return nil, invalid("Transaction payload size cannot exceed 4MB. Payload Size: %d", size)
	}
	return changes, cancelledFor(faults)
}

// asFault returns err where it is one that cancels a transaction, and nil
// where it is none or one that refuses the whole request.
func asFault(err error) *awsjson.Error {
	refused := asRefusal(err)
	if refused == nil || refused.Code == "ResourceNotFoundException" {
		return nil
	}
	return refused
}

// cancelledFor is the error of a transaction with these faults, nil when it has none.
func cancelledFor(faults []*awsjson.Error) error {
	reasons := make([]cancellation, len(faults))
	faulty := false
	for i, fault := range faults {
		reasons[i] = reasonFor(fault)
		faulty = faulty || fault != nil
	}
	if !faulty {
		return nil
	}
	return cancelled(reasons)
}

// id tells the items of all tables apart; "" for one without a proper key.
func (c change) id() string {
	if c.key == nil {
		return ""
	}
	return c.table.Name + "/" + string(c.key)
}
