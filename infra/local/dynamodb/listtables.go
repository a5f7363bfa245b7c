package dynamodb

import "slipway/infra/local/store"

type listTablesRequest struct {
	ExclusiveStartTableName string
	Limit                   *int
}

type listTablesAnswer struct {
	TableNames             []string
	LastEvaluatedTableName string `json:",omitempty"`
}

func (e *Engine) listTables(r listTablesRequest) (*listTablesAnswer, error) {
	limit := 100
	if r.Limit != nil {
		limit = *r.Limit
	}
	if limit < 1 || limit > 100 {
		return nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100", limit)
	}
	answer := &listTablesAnswer{TableNames: []string{}}
	err := e.store.View(func(tx store.Tx) error {
		for name := range tx.Scan(tablesTable, []byte(r.ExclusiveStartTableName)) {
			if string(name) == r.ExclusiveStartTableName {
				continue
			}
			if len(answer.TableNames) == limit {
				answer.LastEvaluatedTableName = answer.TableNames[limit-1]
				break
			}
			answer.TableNames = append(answer.TableNames, string(name))
		}
		return nil
	})
	return answer, err
}
