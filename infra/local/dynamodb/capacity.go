package dynamodb

// capacity counts the read or write units that requests on one table take, per
// "Read and write capacity units" in DynamoDB's guide.
type capacity struct {
	table   float64
	indexes map[string]float64
}

func (c *capacity) add(index string, units float64) {
	if index == "" {
		c.table += units
		return
	}
	if c.indexes == nil {
		c.indexes = map[string]float64{}
	}
	c.indexes[index] += units
}

// addAll adds factor times other; a transaction counts twice.
func (c *capacity) addAll(other capacity, factor float64) {
	c.table += factor * other.table
	for index, units := range other.indexes {
		c.add(index, factor*units)
	}
}

func (c capacity) total() float64 {
	total := c.table
	for _, units := range c.indexes {
		total += units
	}
	return total
}

// writeUnits are the units of writing size bytes: one for each 1 KB begun.
func writeUnits(size int) float64 { return float64(max(1, (size+1023)>>10)) }

// readUnits are the units of reading size bytes: a half for each 4 KB begun,
// or one where the read is consistent.
func readUnits(size int, consistent bool) float64 {
	units := float64(max(1, (size+4095)>>12))
	if !consistent {
		units /= 2
	}
	return units
}

// consumedCapacity is a capacity as an answer reports it.
type consumedCapacity struct {
	TableName              string
	CapacityUnits          float64
	ReadCapacityUnits      float64               `json:",omitempty"`
	WriteCapacityUnits     float64               `json:",omitempty"`
	Table                  *unitCount            `json:",omitempty"`
	GlobalSecondaryIndexes map[string]*unitCount `json:",omitempty"`
}

type unitCount struct {
	CapacityUnits      float64
	ReadCapacityUnits  float64 `json:",omitempty"`
	WriteCapacityUnits float64 `json:",omitempty"`
}

// A capacityMode is the request member ReturnConsumedCapacity: "", NONE, TOTAL or INDEXES.
type capacityMode string

func (m capacityMode) check() error {
	switch m {
	case "", "NONE", "TOTAL", "INDEXES":
		return nil
	}
	return notInSet("returnConsumedCapacity", string(m), "INDEXES", "TOTAL", "NONE")
}

func (m capacityMode) asked() bool { return m == "TOTAL" || m == "INDEXES" }

// report returns c as the request asked to see it; nil when it did not ask.
func (m capacityMode) report(table string, c capacity) *consumedCapacity {
	return m.reportAs(table, c, func(units float64) unitCount { return unitCount{CapacityUnits: units} })
}

// reportReads reports the units of a transaction of reads, which are given in sum and by direction.
func (m capacityMode) reportReads(table string, c capacity) *consumedCapacity {
	return m.reportAs(table, c, func(units float64) unitCount { return unitCount{units, units, 0} })
}

// reportWrites reports the units of a transaction of writes, which are given in sum and by direction.
func (m capacityMode) reportWrites(table string, c capacity) *consumedCapacity {
	return m.reportAs(table, c, func(units float64) unitCount { return unitCount{units, 0, units} })
}

func (m capacityMode) reportAs(table string, c capacity, count func(float64) unitCount) *consumedCapacity {
	if !m.asked() {
		return nil
	}
	total := count(c.total())
	report := &consumedCapacity{TableName: table, CapacityUnits: total.CapacityUnits,
		ReadCapacityUnits: total.ReadCapacityUnits, WriteCapacityUnits: total.WriteCapacityUnits}
	if m == "TOTAL" {
		return report
	}
	report.Table = new(count(c.table))
	for index, units := range c.indexes {
		if report.GlobalSecondaryIndexes == nil {
			report.GlobalSecondaryIndexes = map[string]*unitCount{}
		}
		report.GlobalSecondaryIndexes[index] = new(count(units))
	}
	return report
}
