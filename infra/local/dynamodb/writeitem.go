package dynamodb

import "slices"

// conditional are the members of a request that write under a condition.
type conditional struct {
	TableName                           string
	ConditionExpression                 *string
	ReturnValuesOnConditionCheckFailure string
	expressionParameters
}

// mutation parses what all conditional requests share.
func (c conditional) mutation(v verb, subject item, updateExpression *string) (mutation, error) {
	m := mutation{verb: v, table: c.TableName, subject: subject}
	switch c.ReturnValuesOnConditionCheckFailure {
	case "", "NONE":
	case "ALL_OLD":
		m.returnOld = true
	default:
		return m, notInSet("returnValuesOnConditionCheckFailure", c.ReturnValuesOnConditionCheckFailure, "ALL_OLD", "NONE")
	}
	params, err := c.placeholders()
	if err != nil {
		return m, err
	}
	if updateExpression != nil {
		u, _, err := parse("UpdateExpression", *updateExpression, params, parseUpdate)
		if err != nil {
			return m, err
		}
		m.update = &u
	}
	if m.condition, _, err = optional("ConditionExpression", c.ConditionExpression, params, parseCondition); err != nil {
		return m, err
	}
	couldUse := []string{"ConditionExpression"}
	if v == verbUpdate {
		couldUse = []string{"UpdateExpression", "ConditionExpression"}
	}
	given := updateExpression != nil || c.ConditionExpression != nil
	if err := params.checkUnused(given, valueExpressions{given, couldUse}); err != nil {
		return m, err
	}
	return m, m.check()
}

// check refuses a mutation without a table or a subject.
func (m mutation) check() error {
	member := "key"
	if m.verb == verbPut {
		member = "item"
	}
	if m.subject == nil {
		return missingMember(member)
	}
	return checkTableMember(m.table)
}

func checkTableMember(name string) error {
	if name == "" {
		return missingMember("tableName")
	}
	return checkTableName(name)
}

// writing are the members that PutItem, DeleteItem and UpdateItem share.
type writing struct {
	ReturnValues string
	conditional
	returnParameters
	legacyParameters
}

type putItemRequest struct {
	Item item
	writing
}

type deleteItemRequest struct {
	Key item
	writing
}

type updateItemRequest struct {
	Key              item
	UpdateExpression *string
	writing
}

type writeAnswer struct {
	Attributes       item              `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

func (e *Engine) putItem(r putItemRequest) (*writeAnswer, error) {
	return e.write(r.writing, verbPut, r.Item, nil)
}

func (e *Engine) deleteItem(r deleteItemRequest) (*writeAnswer, error) {
	return e.write(r.writing, verbDelete, r.Key, nil)
}

func (e *Engine) updateItem(r updateItemRequest) (*writeAnswer, error) {
	return e.write(r.writing, verbUpdate, r.Key, r.UpdateExpression)
}

func (e *Engine) write(r writing, v verb, subject item, updateExpression *string) (*writeAnswer, error) {
	if err := r.refuse(); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	if err := checkReturnValues(v, r.ReturnValues); err != nil {
		return nil, err
	}
	m, err := r.mutation(v, subject, updateExpression)
	if err != nil {
		return nil, err
	}
	made, used, err := e.mutate(m)
	if err != nil {
		return nil, err
	}
	return &writeAnswer{
		Attributes:       made.returned(r.ReturnValues, m),
		ConsumedCapacity: r.ReturnConsumedCapacity.report(m.table, used),
	}, nil
}

func checkReturnValues(v verb, values string) error {
	all := []string{"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"}
	switch {
	case values == "":
		return nil
	case !slices.Contains(all, values):
		return notInSet("returnValues", values, all...)
	case v != verbUpdate && values != "NONE" && values != "ALL_OLD":
		return invalid("Return values set to invalid value")
	}
	return nil
}

// returned is what ReturnValues asks for, nil when that is nothing.
func (c change) returned(values string, m mutation) item {
	switch values {
	case "ALL_OLD":
		return c.old
	case "ALL_NEW":
		return c.new
	case "UPDATED_OLD":
		return m.updatedOf(c.old)
	case "UPDATED_NEW":
		return m.updatedOf(c.new)
	}
	return nil
}

// updatedOf is those parts of it that the update writes to.
func (m mutation) updatedOf(it item) item {
	if m.update == nil {
		return nil
	}
	return projection(m.update.paths()).of(it)
}
