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
	params, err := r.placeholders()
	if err != nil {
		return nil, err
	}
	plan := readingPlan{reading: r.reading, isQuery: true}
	plan.page.backward = r.ScanIndexForward != nil && !*r.ScanIndexForward
	if err := plan.parse(params); err != nil {
		return nil, err
	}
	if plan.predicates, err = r.keyPredicates(params); err != nil {
		return nil, err
	}
	return e.readPage(plan)
}

// keyPredicates parses the key condition, the last of the request's expressions.
func (r queryRequest) keyPredicates(params *placeholders) ([]keyPredicate, error) {
	parsed, _, err := optional("KeyConditionExpression", r.KeyConditionExpression, params, parseCondition)
	if err != nil {
		return nil, err
	}
	values := valueExpressions{r.FilterExpression != nil || r.KeyConditionExpression != nil,
		[]string{"FilterExpression", "KeyConditionExpression"}}
	if err := params.checkUnused(values.given || r.ProjectionExpression != nil, values); err != nil {
		return nil, err
	}
	if parsed == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	return keyPredicates(parsed)
}
