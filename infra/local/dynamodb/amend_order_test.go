package dynamodb_test

import (
	"slices"
	"strings"
)

// reorder brings lists without a promised order into that of the engine.
func (e *exchange) reorder() {
	ours, theirs, both := e.answered()
	if !both {
		return
	}
	if tables, told := theirs["ConsumedCapacity"].([]any); told {
		slices.SortFunc(tables, func(a, b any) int {
			return strings.Compare(a.(object)["TableName"].(string), b.(object)["TableName"].(string))
		})
	}
	mine, _ := ours["Responses"].(object)
	other, _ := theirs["Responses"].(object)
	for table := range mine {
		permute(mine, other, table)
	}
	if e.Op == "Scan" || e.Request["IndexName"] != nil {
		permute(ours, theirs, "Items")
		reorderPages(ours, theirs)
	}
}

// permute puts a list of theirs into the order of ours, if nothing but the order differs.
func permute(ours, theirs object, name string) {
	a, _ := ours[name].([]any)
	b, _ := theirs[name].([]any)
	if len(a) != len(b) || len(a) < 2 {
		return
	}
	if slices.EqualFunc(sortedJSON(a), sortedJSON(b), func(x, y any) bool { return compareJSON(x, y) == 0 }) {
		theirs[name] = a
	}
}

func sortedJSON(list []any) []any { return slices.SortedFunc(slices.Values(list), compareJSON) }

// reorderPages takes the keys, the counts and the capacity of pages for those of the
// engine, as they go with the order of the items, if the pages have as many items.
func reorderPages(ours, theirs object) {
	a, b := ours["Pages"].([]any), theirs["Pages"].([]any)
	if len(a) != len(b) || len(a) == 1 || ours["Count"] != theirs["Count"] {
		return
	}
	surplus := 0.0 // the rounding of a page's bytes makes up to a unit
	for i := range a {
		x, y := a[i].(object), b[i].(object)
		if x["ScannedCount"] != y["ScannedCount"] || (x["LastEvaluatedKey"] == nil) != (y["LastEvaluatedKey"] == nil) {
			return
		}
		surplus += unitsOf(x) - unitsOf(y)
	}
	if surplus <= float64(len(a)) && surplus >= -float64(len(a)) {
		theirs["Pages"] = a
	}
}

// unitsOf is the sum of capacity that a page tells, or 0.
func unitsOf(page object) float64 {
	told, _ := page["ConsumedCapacity"].(object)
	units, _ := told["CapacityUnits"].(float64)
	return units
}
