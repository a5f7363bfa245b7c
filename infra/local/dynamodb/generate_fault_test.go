package dynamodb_test

import (
	"maps"
	"slices"
	"strings"
)

// spoil makes one place of a request wrong, or at least other than it was drawn.
func (g *generator) spoil(request object) {
	faults := []func(object) bool{g.dropDefinition, g.addDefinition, g.changeToken, g.changeToken, g.changeToken, g.changeKey, g.changeValue, g.changeMember}
	for range 10 {
		if fault := one(g, faults...); fault(g.part(request)) {
			return
		}
	}
}

// part draws an object in a request that may have expressions: the request or one of its actions.
func (g *generator) part(request object) object {
	var parts []object
	for _, o := range objectsIn(request) {
		if o["TableName"] != nil || o["Keys"] != nil {
			parts = append(parts, o)
		}
	}
	if len(parts) == 0 {
		return request
	}
	return one(g, parts...)
}

// objectsIn lists a JSON value's objects from the outside to the inside.
func objectsIn(v any) []object {
	var all []object
	switch v := v.(type) {
	case object:
		all = append(all, v)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, objectsIn(v[name])...)
		}
	case []object:
		for _, element := range v {
			all = append(all, objectsIn(element)...)
		}
	case []any:
		for _, element := range v {
			all = append(all, objectsIn(element)...)
		}
	}
	return all
}

func (g *generator) dropDefinition(part object) bool {
	definitions, has := part[one(g, "ExpressionAttributeNames", "ExpressionAttributeValues")].(object)
	if has {
		delete(definitions, one(g, slices.Sorted(maps.Keys(definitions))...))
	}
	return has
}

func (g *generator) addDefinition(part object) bool {
	for _, definition := range []struct {
		member, key string
		content     any
	}{{"ExpressionAttributeNames", one(g, "#unused", "unused"), "x"}, {"ExpressionAttributeValues", one(g, ":unused", ":"), g.any(1)}} {
		if definitions, has := part[definition.member].(object); has {
			definitions[definition.key] = definition.content
			return true
		}
	}
	return false
}

// changeToken takes a token of an expression away, doubles it, or puts another in its place.
func (g *generator) changeToken(part object) bool {
	for _, member := range slices.Sorted(maps.Keys(part)) {
		if src, is := part[member].(string); is && strings.HasSuffix(member, "Expression") {
			tokens := strings.Split(src, " ")
			i := g.IntN(len(tokens))
			switch g.IntN(3) {
			case 0:
				tokens = slices.Delete(tokens, i, i+1)
			case 1:
				tokens = slices.Insert(tokens, i, tokens[i])
			default:
				tokens[i] = one(g, "x", "pk", "=", "SET", "AND", "NOT", "(", ")", ",", "size(x)", "size", "#q", ":q", "[0]", "nope(x)", "+", "l[", "order", "m..k", "0", "*", "begins_with(x,y)", "BETWEEN")
			}
			part[member] = strings.Join(tokens, " ")
			return true
		}
	}
	return false
}

// changeKey spoils a key or the key in an item.
func (g *generator) changeKey(part object) bool {
	key, has := part["Key"].(object)
	if !has {
		key, has = part["Item"].(object)
	}
	if !has {
		return false
	}
	name := one(g, "pk", "sk")
	switch g.IntN(4) {
	case 0:
		delete(key, name)
	case 1:
		key[name] = object{"S": ""}
	case 2:
		key[name] = object{"BOOL": true}
	default:
		key["extra"] = object{"NULL": true}
	}
	return true
}

// changeValue puts a value in the place of another that no value of DynamoDB's is like, or that no index key is.
func (g *generator) changeValue(part object) bool {
	values, has := part["ExpressionAttributeValues"].(object)
	name := ":v0"
	if !has {
		values, has = part["Item"].(object)
		name = one(g, "g", "n", "x")
	}
	if has {
		values[name] = one(g, object{"N": "x"}, object{"N": "1E+126"}, object{"N": "1E-131"}, object{"N": strings.Repeat("9", 39)}, object{"SS": []any{}},
			object{"SS": []any{"a", "a"}}, object{"NS": []any{"1", "1.0"}}, object{"S": "a", "N": "1"}, object{}, object{"NULL": false},
			object{"S": ""}, object{"BOOL": true}, object{"L": []any{object{"N": "y"}}})
	}
	return has
}

// changeMember gives a member of the request another content, or the request another member.
func (g *generator) changeMember(part object) bool {
	if part["TableName"] == nil {
		return false
	}
	switch g.IntN(20) {
	case 0, 7, 8:
		part["TableName"] = "Nope"
	case 1, 9, 10, 11, 12:
		delete(part, one(g, slices.Sorted(maps.Keys(part))...))
	case 2:
		part["ReturnValues"] = one(g, "ALL_NEW", "UPDATED_NEW")
	case 3:
		part["IndexName"] = "Nope"
	case 4:
		part["Limit"] = 0.0
	case 5, 13, 14, 15:
		part["Select"] = one(g, "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES")
	default:
		part["ConsistentRead"] = true
	}
	return true
}
