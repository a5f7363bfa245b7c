package dynamodb

type scanRequest struct {
	reading
	Segment       *int
	TotalSegments *int
}

func (e *Engine) scan(r scanRequest) (*readingAnswer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	share, err := r.segment()
	if err != nil {
		return nil, err
	}
	params, err := r.placeholders()
	if err != nil {
		return nil, err
	}
	plan := readingPlan{reading: r.reading, page: pageQuery{segment: share}}
	if err := plan.parse(params); err != nil {
		return nil, err
	}
	values := valueExpressions{r.FilterExpression != nil, []string{"FilterExpression"}}
	if err := params.checkUnused(values.given || r.ProjectionExpression != nil, values); err != nil {
		return nil, err
	}
	return e.readPage(plan)
}

// segment is the worker's share that the scan asks for.
func (r scanRequest) segment() (segment, error) {
	switch {
	case r.Segment == nil && r.TotalSegments == nil:
		return segment{}, nil
	case r.TotalSegments == nil:
		return segment{}, invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case r.Segment == nil:
		return segment{}, invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case *r.TotalSegments < 1 || *r.TotalSegments > 1000000:
		return segment{}, invalid("1 validation error detected: Value '%d' at 'totalSegments' failed to satisfy constraint: "+
			"Member must have value between 1 and 1000000", *r.TotalSegments)
	case *r.Segment < 0 || *r.Segment >= *r.TotalSegments:
		return segment{}, invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: "+
			"Segment: %d is not less than TotalSegments: %d", *r.Segment, *r.TotalSegments)
	}
	return segment{number: *r.Segment, total: *r.TotalSegments}, nil
}
