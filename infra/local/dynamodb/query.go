package dynamodb

type queryRequest struct {
	reading
	KeyConditionExpression *string
	ScanIndexForward       *bool
}

func (e *Engine) query(r queryRequest) (*readingAnswer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if r.KeyConditionExpression == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	params, err := r.placeholders()
	if err != nil {
		return nil, err
	}
	plan := readingPlan{reading: r.reading, isQuery: true}
	if plan.predicates, err = parseKeyCondition(*r.KeyConditionExpression, params); err != nil {
		return nil, err
	}
	plan.page.backward = r.ScanIndexForward != nil && !*r.ScanIndexForward
	if err := plan.parse(params, true); err != nil {
		return nil, err
	}
	return e.readPage(plan)
}
