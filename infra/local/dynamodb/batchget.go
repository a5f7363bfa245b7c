package dynamodb

import (
	"maps"
	"slices"

	"slipway/infra/local/store"
)

// maxBatchReads is the most items that one batch may read.
const maxBatchReads = 100

type batchGetRequest struct {
	RequestItems           map[string]keysRequest
	ReturnConsumedCapacity capacityMode
}

type keysRequest struct {
	Keys                     []item
	ConsistentRead           bool              `json:",omitempty"`
	ProjectionExpression     *string           `json:",omitempty"`
	ExpressionAttributeNames map[string]string `json:",omitempty"`
	legacyParameters
}

type batchGetAnswer struct {
	Responses        map[string][]item
	UnprocessedKeys  map[string]keysRequest
	ConsumedCapacity []*consumedCapacity `json:",omitempty"`
}

// A batchRead is the part of a BatchGetItem that concerns one table.
type batchRead struct {
	table   string
	request keysRequest
	project projection
}

func (e *Engine) batchGetItem(r batchGetRequest) (*batchGetAnswer, error) {
	if err := r.ReturnConsumedCapacity.check(); err != nil {
		return nil, err
	}
	reads, err := r.parse()
	if err != nil {
		return nil, err
	}
	answer := &batchGetAnswer{Responses: map[string][]item{}, UnprocessedKeys: map[string]keysRequest{}}
	err = e.store.View(func(tx store.Tx) error {
		budget := maxBatchSize
		for _, read := range reads {
			used, err := read.into(answer, tx, &budget)
			if err != nil {
				return err
			}
			if report := r.ReturnConsumedCapacity.report(read.table, used); report != nil {
				answer.ConsumedCapacity = append(answer.ConsumedCapacity, report)
			}
		}
		return nil
	})
	return answer, err
}

func (r batchGetRequest) parse() ([]batchRead, error) {
	if len(r.RequestItems) == 0 {
		return nil, missingMember("requestItems")
	}
	var reads []batchRead
	keys := 0
	for _, table := range slices.Sorted(maps.Keys(r.RequestItems)) {
		request := r.RequestItems[table]
		if err := request.refuse(); err != nil {
			return nil, err
		}
		if err := checkTableName(table); err != nil {
			return nil, err
		}
		if len(request.Keys) == 0 {
			return nil, invalid("The list of keys in RequestItems for BatchGetItem is required: %s has an empty list", table)
		}
		project, err := parseOnlyProjection(request.ProjectionExpression, request.ExpressionAttributeNames)
		if err != nil {
			return nil, err
		}
		reads = append(reads, batchRead{table, request, project})
		keys += len(request.Keys)
	}
	if keys > maxBatchReads {
		return nil, invalid("Too many items requested for the BatchGetItem call")
	}
	return reads, nil
}

// into reads the items of one table into the answer, as long as the budget of bytes lasts.
func (b batchRead) into(answer *batchGetAnswer, tx store.Tx, budget *int) (capacity, error) {
	var used capacity
	found, err := b.find(tx)
	if err != nil {
		return used, err
	}
	answer.Responses[b.table] = []item{}
	for i, it := range found {
		if *budget -= itemSize(it); *budget < 0 {
			rest := b.request
			rest.Keys = rest.Keys[i:]
			answer.UnprocessedKeys[b.table] = rest
			return used, nil
		}
		used.add("", readUnits(itemSize(it), b.request.ConsistentRead))
		if it != nil {
			answer.Responses[b.table] = append(answer.Responses[b.table], b.project.of(it))
		}
	}
	return used, nil
}

// find reads all items that are asked for, nil for those that are not there.
func (b batchRead) find(tx store.Tx) ([]item, error) {
	seen := map[string]bool{}
	var all []item
	for _, key := range b.request.Keys {
		found, at, err := lookup{table: b.table, key: key}.find(tx)
		if err != nil {
			return nil, err
		}
		if seen[string(at)] {
			return nil, invalid("Provided list of item keys contains duplicates")
		}
		seen[string(at)] = true
		all = append(all, found)
	}
	return all, nil
}
