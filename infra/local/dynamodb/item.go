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
	if err := params.checkUnused(updateExpression != nil || c.ConditionExpression != nil, couldUse...); err != nil {
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

type putItemRequest struct {
	Item         item
	ReturnValues string
	conditional
	returnParameters
	legacyParameters
}

type deleteItemRequest struct {
	Key          item
	ReturnValues string
	conditional
	returnParameters
	legacyParameters
}

type updateItemRequest struct {
	Key              item
	UpdateExpression *string
	ReturnValues     string
	conditional
	returnParameters
	legacyParameters
}

type writeAnswer struct {
	Attributes       item              `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

func (e *Engine) putItem(r putItemRequest) (*writeAnswer, error) {
	m, err := r.mutation(verbPut, r.Item, nil)
	return e.write(m, err, r.ReturnValues, r.returnParameters, r.legacyParameters)
}

func (e *Engine) deleteItem(r deleteItemRequest) (*writeAnswer, error) {
	m, err := r.mutation(verbDelete, r.Key, nil)
	return e.write(m, err, r.ReturnValues, r.returnParameters, r.legacyParameters)
}

func (e *Engine) updateItem(r updateItemRequest) (*writeAnswer, error) {
	m, err := r.mutation(verbUpdate, r.Key, r.UpdateExpression)
	return e.write(m, err, r.ReturnValues, r.returnParameters, r.legacyParameters)
}

// write does what the three requests that write one item share. Err is that of
// parsing m, which comes after complaints about the other members.
func (e *Engine) write(m mutation, err error, values string, returns returnParameters, legacy legacyParameters) (*writeAnswer, error) {
	if err := legacy.refuse(); err != nil {
		return nil, err
	}
	if err := returns.check(); err != nil {
		return nil, err
	}
	if err := checkReturnValues(m.verb, values); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	made, used, err := e.mutate(m)
	if err != nil {
		return nil, err
	}
	return &writeAnswer{
		Attributes:       made.returned(values, m),
		ConsumedCapacity: returns.ReturnConsumedCapacity.report(m.table, used),
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

type getItemRequest struct {
	TableName                string
	Key                      item
	ConsistentRead           bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
	ReturnConsumedCapacity   capacityMode
	legacyParameters
}

type getItemAnswer struct {
	Item             *item             `json:",omitempty"` // absent, where there is no item, and empty, where it has nothing that was asked for
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

func (e *Engine) getItem(r getItemRequest) (*getItemAnswer, error) {
	if err := r.refuse(); err != nil {
		return nil, err
	}
	if err := r.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	l, err := newLookup(r.TableName, r.Key, r.ProjectionExpression, r.ExpressionAttributeNames)
	if err != nil {
		return nil, err
	}
	found, err := e.look(l)
	if err != nil {
		return nil, err
	}
	units := readUnits(itemSize(found), r.ConsistentRead)
	return &getItemAnswer{l.show(found), r.ReturnConsumedCapacity.report(r.TableName, capacity{table: units})}, nil
}
