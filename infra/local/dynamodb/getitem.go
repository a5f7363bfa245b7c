package dynamodb

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
