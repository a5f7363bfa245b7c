package dynamodb_test

func (g *generator) get() object {
	table, s := g.table(), g.scope()
	request := object{"TableName": table, "Key": g.key(table)}
	if g.chance(40) {
		request["ProjectionExpression"] = s.projection()
	}
	return s.into(request)
}

// page may narrow what a Query or Scan answers.
func (s *scope) page(request object) object {
	if s.chance(30) {
		request["FilterExpression"] = s.condition(2)
	}
	switch {
	case s.chance(25):
		request["ProjectionExpression"] = s.projection()
	case s.chance(15):
		request["Select"] = one(s.generator, "COUNT", "ALL_ATTRIBUTES")
	}
	if s.chance(50) {
		request["Limit"] = float64(1 + s.IntN(4)) // as JSON numbers are read
	}
	if request["IndexName"] == nil && s.chance(30) {
		request["ConsistentRead"] = s.chance(50)
	}
	return s.into(s.reporting(request))
}

func (g *generator) query() object {
	table, s := g.table(), g.scope()
	request := object{"TableName": table}
	if g.chance(50) {
		request["IndexName"] = one(g, tableIndexes[table]...)
	}
	request["KeyConditionExpression"] = s.keyCondition(table, request["IndexName"])
	if g.chance(50) {
		request["ScanIndexForward"] = g.chance(30)
	}
	return s.page(request)
}

// keyCondition draws the key condition of a query on a table or an index.
func (s *scope) keyCondition(table string, index any) string {
	key, hash, sort := s.key(table), "pk", "sk"
	switch index {
	case "ByG":
		key, hash, sort = s.indexKey(), "g", "n"
	case "Keys":
		key, hash, sort = s.indexKey(), "g", ""
	case "All":
		key["g"], hash = s.indexKey()["g"], "g"
	case "ByN":
		key, hash, sort = s.indexKey(), "n", ""
	}
	condition := s.name(hash) + " = " + s.literal(key[hash].(object))
	if v, has := key[sort].(object); has && s.chance(60) {
		onSort := s.sortCondition(s.name(sort), v)
		if s.chance(20) {
			return onSort + " AND " + condition
		}
		return condition + " AND " + onSort
	}
	return condition
}

func (s *scope) sortCondition(name string, v object) string {
	switch s.IntN(7) {
	case 0:
		return name + " BETWEEN " + s.literal(v) + " AND " + s.literal(v)
	case 1:
		if v["S"] != nil {
			return "begins_with(" + name + ", " + s.literal(v) + ")"
		}
	}
	return name + " " + one(s.generator, "=", "<", "<=", ">", ">=") + " " + s.literal(v)
}

func (g *generator) scan() object {
	table := g.table()
	request := object{"TableName": table}
	if g.chance(30) {
		request["IndexName"] = one(g, tableIndexes[table]...)
	}
	return g.scope().page(request)
}

func (g *generator) batchGet() object {
	tables := object{}
	for range 1 + g.IntN(2) {
		table, s := g.table(), g.scope()
		request := object{"Keys": g.keys(table, 1+g.IntN(5))}
		if g.chance(30) {
			request["ProjectionExpression"] = s.projection()
		}
		if g.chance(30) {
			request["ConsistentRead"] = true
		}
		tables[table] = s.into(request)
	}
	return g.reporting(object{"RequestItems": tables})
}

func (g *generator) transactGet() object {
	var actions []any
	for _, key := range g.keys("Items", 1+g.IntN(3)) {
		s := g.scope()
		request := object{"TableName": "Items", "Key": key}
		if g.chance(30) {
			request["ProjectionExpression"] = s.projection()
		}
		actions = append(actions, object{"Get": s.into(request)})
	}
	return g.reporting(object{"TransactItems": actions})
}
