package dynamodb_test

import "strings"

// The methods of this file take out deviations in consumed capacity; see [deviations].

func (e *exchange) dropUnaskedCapacity() {
	asked := e.Request["ReturnConsumedCapacity"]
	if _, theirs, both := e.answered(); both && e.Op == "DeleteItem" && (asked == nil || asked == "NONE") {
		delete(theirs, "ConsumedCapacity")
	}
}

func (e *exchange) chargeEmptyPages() {
	ours, theirs, both := e.answered()
	if !both || ours["Pages"] == nil {
		return
	}
	a, b := ours["Pages"].([]any), theirs["Pages"].([]any)
	for i := range min(len(a), len(b)) {
		mine, page := a[i].(object), b[i].(object)
		if page["ConsumedCapacity"] != nil && page["ScannedCount"] == 0.0 && unitsOf(page) == 0 {
			page["ConsumedCapacity"] = mine["ConsumedCapacity"]
		}
	}
}

func (e *exchange) chargeAbsentItems() {
	ours, _, both := e.answered()
	if !both || e.Op != "BatchGetItem" {
		return
	}
	absent := 0.0
	for table, request := range e.Request["RequestItems"].(object) {
		found, _ := ours["Responses"].(object)[table].([]any)
		absent += float64(len(request.(object)["Keys"].([]any)) - len(found))
	}
	e.excuseUnits(func(ours, theirs float64) bool { return theirs < ours && theirs >= ours-absent })
}

func (e *exchange) chargeAbsentDeletes() {
	deletes := e.count("DeleteRequest")
	if e.Op == "BatchWriteItem" && deletes > 0 {
		e.excuseUnits(func(ours, theirs float64) bool { return ours < theirs && theirs <= ours+deletes })
	}
}

// chargePartialIndexKeys concerns the index ByG of Items, the only one whose key has two attributes of its own.
func (e *exchange) chargePartialIndexKeys() {
	ours, theirs, both := e.answered()
	if !both || e.Op != "PutItem" && e.Op != "UpdateItem" && e.Op != "DeleteItem" && e.Op != "BatchWriteItem" {
		return
	}
	writes := e.count("PutRequest") + e.count("DeleteRequest")
	if e.Request["TableName"] == "Items" {
		writes++
	}
	mine := tableReport(ours, "Items")
	if report := tableReport(theirs, "Items"); report != nil && mine != nil && mine["GlobalSecondaryIndexes"] == nil {
		delete(report, "GlobalSecondaryIndexes")
	}
	if writes > 0 {
		e.excuseUnits(func(ours, theirs float64) bool { return ours < theirs && theirs <= ours+writes })
	}
}

// tableReport is what an answer tells of the capacity of a table, or nil.
func tableReport(body object, table string) object {
	for _, report := range objectsIn(body["ConsumedCapacity"]) {
		if report["TableName"] == table {
			return report
		}
	}
	return nil
}

func (e *exchange) chargeTransactionWrites() {
	ours, theirs, both := e.answered()
	if !both || e.Op != "TransactWriteItems" {
		return
	}
	for _, report := range objectsIn(theirs["ConsumedCapacity"]) {
		if table, is := report["TableName"].(string); is {
			for name, member := range tableReport(ours, table) {
				report[name] = member
			}
			if tableReport(ours, table)["GlobalSecondaryIndexes"] == nil {
				delete(report, "GlobalSecondaryIndexes")
			}
		}
	}
}

func (e *exchange) chargeTransactionReads() {
	_, theirs, both := e.answered()
	if !both || e.Op != "TransactGetItems" {
		return
	}
	for _, report := range objectsIn(theirs["ConsumedCapacity"]) {
		if units, told := report["Table"].(object); told && units["ReadCapacityUnits"] == nil {
			units["ReadCapacityUnits"] = units["CapacityUnits"]
		}
	}
}

// count is how many objects of the request have a member.
func (e *exchange) count(member string) float64 {
	n := 0.0
	for _, o := range objectsIn(e.Request) {
		if o[member] != nil {
			n++
		}
	}
	return n
}

// excuseUnits takes the engine's figures for those of the reference that fit.
func (e *exchange) excuseUnits(fits func(ours, theirs float64) bool) {
	if ours, theirs, both := e.answered(); both {
		excuse(ours["ConsumedCapacity"], theirs["ConsumedCapacity"], fits)
	}
}

func excuse(ours, theirs any, fits func(ours, theirs float64) bool) {
	switch b := theirs.(type) {
	case object:
		a, _ := ours.(object)
		for name, member := range b {
			mine, told := a[name].(float64)
			if units, is := member.(float64); is && told && strings.HasSuffix(name, "Units") && fits(mine, units) {
				b[name] = mine
			}
			excuse(a[name], member, fits)
		}
	case []any:
		a, _ := ours.([]any)
		for i := range min(len(a), len(b)) {
			excuse(a[i], b[i], fits)
		}
	}
}
