package dynamodb_test

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// The methods of this file take out deviations in items and pages; see [deviations].

func (e *exchange) trimNumbers() {
	eachNumber(e.theirs.Body, plainNumber)
	e.theirs.Message = spelt.ReplaceAllStringFunc(e.theirs.Message, func(found string) string {
		return "{N:" + plainNumber(found[3:len(found)-1]) + "}"
	})
}

// spelt is a number as the messages about BETWEEN quote it.
var spelt = regexp.MustCompile(`\{N:[^}]+\}`)

// eachNumber rewrites the numbers in a JSON value.
func eachNumber(v any, rewrite func(string) string) {
	switch v := v.(type) {
	case object:
		for name, member := range v {
			switch content := member.(type) {
			case string:
				if name == "N" {
					v[name] = rewrite(content)
				}
			case []any:
				if name == "NS" {
					rewriteSet(content, rewrite)
				}
			}
			eachNumber(member, rewrite)
		}
	case []any:
		for _, element := range v {
			eachNumber(element, rewrite)
		}
	}
}

func rewriteSet(elements []any, rewrite func(string) string) {
	for i, element := range elements {
		if content, is := element.(string); is {
			elements[i] = rewrite(content)
		}
	}
	slices.SortFunc(elements, compareJSON)
}

// plainNumber writes a number in full and without the zeros that mean nothing.
func plainNumber(content string) string {
	n, is := new(big.Rat).SetString(content)
	if !is {
		return content
	}
	const digits = 170 // after the point: the smallest exponent and 38 more
	return strings.TrimSuffix(strings.TrimRight(n.FloatString(digits), "0"), ".")
}

func (e *exchange) narrowUpdated() {
	values := e.Request["ReturnValues"]
	ours, theirs, both := e.answered()
	if !both || values != "UPDATED_OLD" && values != "UPDATED_NEW" {
		return
	}
	parts, _ := ours["Attributes"].(object)
	whole, _ := theirs["Attributes"].(object)
	for name, v := range whole {
		if attribute := v.(object); attribute["L"] == nil && attribute["M"] == nil {
			continue
		}
		if parts[name] == nil {
			delete(whole, name)
		} else if within(parts[name], v) {
			whole[name] = parts[name]
		}
	}
	if len(whole) == 0 {
		delete(theirs, "Attributes")
	}
}

// within tells whether a part of a document has nothing but what the whole has, in the same order.
func within(part, whole any) bool {
	switch part := part.(type) {
	case object:
		whole, is := whole.(object)
		for name, member := range part {
			if !is || !within(member, whole[name]) {
				return false
			}
		}
		return is
	case []any:
		whole, is := whole.([]any)
		at := 0
		for _, element := range part {
			for is && at < len(whole) && !within(element, whole[at]) {
				at++
			}
			if at++; at > len(whole) {
				return false
			}
		}
		return is
	}
	return part == whole
}

func (e *exchange) scanIndex() {
	index := e.Request["IndexName"]
	ours, theirs, both := e.answered()
	if !both || e.Op != "Scan" || index != "ByG" && index != "Keys" {
		return
	}
	if e.Request["FilterExpression"] != nil {
		e.agree()
		return
	}
	a, b := ours["Pages"].([]any), theirs["Pages"].([]any)
	for i := range min(len(a), len(b)) {
		mine, page := a[i].(object), b[i].(object)
		if page["ConsumedCapacity"] != nil && unitsOf(page) > unitsOf(mine) {
			page["ConsumedCapacity"] = mine["ConsumedCapacity"]
		}
	}
}

func (e *exchange) pageAtLimit() {
	ours, theirs, both := e.answered()
	if !both || e.Op != "Query" || e.Request["Limit"] == nil {
		return
	}
	a, b := ours["Pages"].([]any), theirs["Pages"].([]any)
	last := b[len(b)-1].(object)
	if len(a) <= len(b) || last["LastEvaluatedKey"] != nil || last["ScannedCount"] != e.Request["Limit"] {
		return
	}
	switch {
	case len(a) == len(b)+1 && a[len(b)].(object)["ScannedCount"] == 0.0:
		last["LastEvaluatedKey"] = a[len(b)-1].(object)["LastEvaluatedKey"]
		theirs["Pages"] = append(b, a[len(b)])
	case e.Request["IndexName"] != nil && within(theirs["Items"], ours["Items"]):
		e.agree() // others have the index key at which the reference stops
	}
}
