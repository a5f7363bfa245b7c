package dynamodb

import "slipway/infra/local/store"

// reading are the members that Query and Scan share.
type reading struct {
	TableName            string
	IndexName            *string
	Select               string
	Limit                *int
	ConsistentRead       bool
	ExclusiveStartKey    item
	ProjectionExpression *string
	FilterExpression     *string
	expressionParameters
	ReturnConsumedCapacity capacityMode
	legacyParameters
}

type readingAnswer struct {
	Items            *[]item `json:",omitempty"` // absent for Select COUNT
	Count            int
	ScannedCount     int
	LastEvaluatedKey item              `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

// A readingPlan is a reading with its expressions parsed; the table decides the rest.
type readingPlan struct {
	reading
	page       pageQuery
	predicates []keyPredicate // of a Query
	isQuery    bool
	filtered   []string // the attributes that the filter looks at
}

// check refuses members whose values are wrong whatever the table.
func (r reading) check() error {
	if err := r.refuse(); err != nil {
		return err
	}
	if err := checkTableMember(r.TableName); err != nil {
		return err
	}
	if r.Limit != nil && *r.Limit < 1 {
		return invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: "+
			"Member must have value greater than or equal to 1", *r.Limit)
	}
	if err := r.checkSelect(); err != nil {
		return err
	}
	return r.ReturnConsumedCapacity.check()
}

// checkSelect refuses a Select that contradicts the other members.
func (r reading) checkSelect() error {
	projects := r.ProjectionExpression != nil
	switch r.Select {
	case "":
	case "ALL_ATTRIBUTES":
		if projects {
			return invalid("Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES")
		}
	case "ALL_PROJECTED_ATTRIBUTES":
		if projects {
			return invalid("Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES")
		}
		if r.IndexName == nil {
			return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
	case "COUNT":
		if projects {
			return invalid("Cannot specify the ProjectionExpression when choosing to get only the Count")
		}
	case "SPECIFIC_ATTRIBUTES":
		if !projects {
			return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
		}
	default:
		return notInSet("select", r.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	}
	return nil
}

// parse parses the filter and the projection.
func (r *readingPlan) parse(params *placeholders) error {
	filter, used, err := optional("FilterExpression", r.FilterExpression, params, parseCondition)
	if err != nil {
		return err
	}
	r.page.filter, r.filtered = filter, used.roots
	if r.page.project, _, err = optional("ProjectionExpression", r.ProjectionExpression, params, parseProjection); err != nil {
		return err
	}
	if r.Limit != nil {
		r.page.limit = *r.Limit
	}
	r.page.count = r.Select == "COUNT"
	return nil
}

// readPage reads one page in a store transaction of its own.
func (e *Engine) readPage(plan readingPlan) (*readingAnswer, error) {
	var answer *readingAnswer
	err := e.store.View(func(tx store.Tx) error {
		t, err := mustFindTable(tx, plan.TableName)
		if err != nil {
			return err
		}
		at, err := plan.target(t)
		if err != nil {
			return err
		}
		if err := plan.bound(at); err != nil {
			return err
		}
		found, err := plan.page.read(tx)
		if err != nil {
			return err
		}
		answer = plan.answer(at, found)
		return nil
	})
	return answer, err
}

func (r readingPlan) answer(at target, found page) *readingAnswer {
	answer := &readingAnswer{Count: found.count, ScannedCount: found.scanned}
	if !r.page.count {
		answer.Items = &found.items
	}
	if found.last != nil {
		answer.LastEvaluatedKey = at.keyOf(found.last)
	}
	var used capacity
	index := ""
	if at.index != nil {
		index = at.index.Name
	}
	used.add(index, readUnits(found.size, r.ConsistentRead))
	answer.ConsumedCapacity = r.ReturnConsumedCapacity.report(r.TableName, used)
	return answer
}
