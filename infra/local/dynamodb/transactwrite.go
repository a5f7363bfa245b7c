package dynamodb

const (
	maxActions = 100
	// transactionFactor is how many times the units of a plain request a transaction takes: it prepares and commits.
	transactionFactor = 2
)

type transactWriteRequest struct {
	TransactItems      []actionRequest
	ClientRequestToken string
	returnParameters
}

// An actionRequest has one of its members.
type actionRequest struct {
	ConditionCheck *struct {
		Key item
		conditional
	} `json:",omitempty"`
	Put *struct {
		Item item
		conditional
	} `json:",omitempty"`
	Delete *struct {
		Key item
		conditional
	} `json:",omitempty"`
	Update *struct {
		Key              item
		UpdateExpression *string
		conditional
	} `json:",omitempty"`
}

type transactWriteAnswer struct {
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

func (e *Engine) transactWriteItems(r transactWriteRequest) (*transactWriteAnswer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	mutations, err := r.parse()
	if err != nil {
		return nil, err
	}
	var used ledger
	repeated := false
	err = e.update(func(w *writer) error {
		var err error
		if repeated, err = w.repeats(r); err != nil {
			return err
		}
		if repeated {
			used, err = w.rereadUnits(mutations)
			return err
		}
		if used, err = w.transact(mutations); err != nil {
			return err
		}
		return w.remember(r)
	})
	if err != nil {
		return nil, err
	}
	report := r.ReturnConsumedCapacity.reportWrites
	if repeated {
		report = r.ReturnConsumedCapacity.reportReads
	}
	return &transactWriteAnswer{used.report(report)}, nil
}

func (r transactWriteRequest) parse() ([]mutation, error) {
	if err := checkActions(len(r.TransactItems)); err != nil {
		return nil, err
	}
	if len(r.ClientRequestToken) > maxTokenSize {
		return nil, invalid("1 validation error detected: Value '%s' at 'clientRequestToken' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", r.ClientRequestToken, maxTokenSize)
	}
	var mutations []mutation
	for _, action := range r.TransactItems {
		m, err := action.mutation()
		if err != nil {
			return nil, err
		}
		mutations = append(mutations, m)
	}
	return mutations, nil
}

func checkActions(n int) error {
	if n < 1 || n > maxActions {
		return invalid("1 validation error detected: Value at 'transactItems' failed to satisfy constraint: "+
			"Member must have length between 1 and %d; it has length %d", maxActions, n)
	}
	return nil
}

func (a actionRequest) mutation() (mutation, error) {
	given := 0
	for _, is := range []bool{a.ConditionCheck != nil, a.Put != nil, a.Delete != nil, a.Update != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return mutation{}, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	case a.Put != nil:
		return a.Put.mutation(verbPut, a.Put.Item, nil)
	case a.Delete != nil:
		return a.Delete.mutation(verbDelete, a.Delete.Key, nil)
	case a.Update != nil:
		if a.Update.UpdateExpression == nil {
			return mutation{}, missingMember("transactItems.member.update.updateExpression")
		}
		return a.Update.mutation(verbUpdate, a.Update.Key, a.Update.UpdateExpression)
	}
	if a.ConditionCheck.ConditionExpression == nil {
		return mutation{}, missingMember("transactItems.member.conditionCheck.conditionExpression")
	}
	return a.ConditionCheck.mutation(verbCheck, a.ConditionCheck.Key, nil)
}

// transact makes all mutations or, with an error, none.
func (w *writer) transact(mutations []mutation) (ledger, error) {
	changes, err := w.prepareAll(mutations)
	if err != nil {
		return nil, err
	}
	used := ledger{}
	for _, c := range changes {
		units, err := w.commit(c)
		if err != nil {
			return nil, err
		}
		used.charge(c.table.Name, units, transactionFactor)
	}
	return used, nil
}

// rereadUnits is what it takes to answer a transaction that was made before.
func (w *writer) rereadUnits(mutations []mutation) (ledger, error) {
	used := ledger{}
	for _, m := range mutations {
		c, err := w.locate(m)
		if err != nil {
			return nil, err
		}
		found, err := getItem(w.tx, itemsTable(c.table.Name), c.key)
		if err != nil {
			return nil, err
		}
		used.charge(c.table.Name, capacity{table: readUnits(itemSize(found), true)}, transactionFactor)
	}
	return used, nil
}
