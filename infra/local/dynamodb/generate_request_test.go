package dynamodb_test

import "fmt"

// tableIndexes are the tables of testdata/sequences.json, and their indexes.
var tableIndexes = map[string][]string{"Items": {"ByG"}, "Log": {"Keys", "All"}, "Blobs": {"ByN"}}

func (g *generator) table() string { return one(g, "Items", "Items", "Log", "Blobs") }

// drawSequence draws 5 to 25 requests, of which the first two fill the tables.
func (g *generator) drawSequence() sequence {
	s := sequence{{"BatchWriteItem", clone(g.batchWrite()).(object)}, {"BatchWriteItem", clone(g.batchWrite()).(object)}}
	for range 3 + g.IntN(21) {
		s = append(s, g.step())
	}
	return s
}

// step draws one request, in one of ten of which one place is spoilt.
func (g *generator) step() step {
	drawn := g.request()
	if g.chance(10) {
		g.spoil(drawn.Request)
	}
	return step{drawn.Op, clone(drawn.Request).(object)}
}

func (g *generator) request() step {
	switch n := g.IntN(100); {
	case n < 20:
		return step{Op: "PutItem", Request: g.put()}
	case n < 45:
		return step{Op: "UpdateItem", Request: g.updateItem()}
	case n < 52:
		return step{Op: "DeleteItem", Request: g.deleteItem()}
	case n < 58:
		return step{Op: "GetItem", Request: g.reporting(g.get())}
	case n < 72:
		return step{Op: "Query", Request: g.query()}
	case n < 76:
		return step{Op: "Scan", Request: g.scan()}
	case n < 80:
		return step{Op: "BatchGetItem", Request: g.batchGet()}
	case n < 86:
		return step{Op: "BatchWriteItem", Request: g.batchWrite()}
	case n < 96:
		return step{Op: "TransactWriteItems", Request: g.transactWrite()}
	}
	return step{Op: "TransactGetItems", Request: g.transactGet()}
}

// reporting may ask for the consumed capacity.
func (g *generator) reporting(request object) object {
	if g.chance(40) {
		request["ReturnConsumedCapacity"] = one(g, "TOTAL", "INDEXES", "NONE")
	}
	return request
}

// conditional may add a condition.
func (s *scope) conditional(request object) object {
	if s.chance(35) {
		request["ConditionExpression"] = s.condition(2)
		if s.chance(40) {
			request["ReturnValuesOnConditionCheckFailure"] = one(s.generator, "ALL_OLD", "NONE")
		}
	}
	return s.into(request)
}

func (g *generator) returning(request object, values ...string) object {
	if g.chance(75) {
		request["ReturnValues"] = one(g, values...)
	}
	return g.reporting(request)
}

func (g *generator) put() object {
	table := g.table()
	return g.returning(g.scope().conditional(object{"TableName": table, "Item": g.item(table)}), "ALL_OLD", "NONE")
}

func (g *generator) deleteItem() object {
	table := g.table()
	return g.returning(g.scope().conditional(object{"TableName": table, "Key": g.key(table)}), "ALL_OLD", "NONE")
}

func (g *generator) updateItem() object {
	table, s := g.table(), g.scope()
	request := object{"TableName": table, "Key": g.key(table)}
	if g.chance(97) {
		request["UpdateExpression"] = s.update()
	}
	return g.returning(s.conditional(request), "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW", "UPDATED_NEW", "NONE")
}

// keys draws distinct keys of a table.
func (g *generator) keys(table string, n int) []object {
	var keys []object
	seen := map[string]bool{}
	for range n {
		key := g.key(table)
		if id := fmt.Sprint(key); !seen[id] || g.chance(3) {
			seen[id] = true
			keys = append(keys, key)
		}
	}
	return keys
}

func (g *generator) batchWrite() object {
	tables := object{}
	for range 1 + g.IntN(2) {
		table := g.table()
		var writes []any
		for _, key := range g.keys(table, 1+g.IntN(5)) {
			if g.chance(30) {
				writes = append(writes, object{"DeleteRequest": object{"Key": key}})
				continue
			}
			writes = append(writes, object{"PutRequest": object{"Item": joined(g.item(table), key)}})
		}
		tables[table] = writes
	}
	return g.reporting(object{"RequestItems": tables})
}

// joined adds the members of more to an object, in place of those that it has.
func joined(o object, more object) object {
	for name, v := range more {
		o[name] = v
	}
	return o
}

func (g *generator) transactWrite() object {
	var actions []any
	for _, table := range []string{"Items", "Log"} {
		for _, key := range g.keys(table, g.IntN(4)) {
			actions = append(actions, g.action(table, key))
		}
	}
	request := object{"TransactItems": actions}
	if actions == nil {
		request["TransactItems"] = []any{g.action("Blobs", g.key("Blobs"))}
	}
	if g.chance(40) {
		request["ClientRequestToken"] = g.sequence + one(g, "a", "b")
	}
	return g.reporting(request)
}

func (g *generator) action(table string, key object) object {
	s := g.scope()
	request := object{"TableName": table, "Key": key}
	switch g.IntN(5) {
	case 0:
		request["ConditionExpression"] = s.condition(1)
		return object{"ConditionCheck": s.into(request)}
	case 1:
		return object{"Delete": s.conditional(request)}
	case 2, 3:
		request["UpdateExpression"] = s.update()
		return object{"Update": s.conditional(request)}
	}
	return object{"Put": s.conditional(object{"TableName": table, "Item": joined(g.item(table), key)})}
}
