package dynamodb

// The size limits of DynamoDB, in bytes.
const (
	maxItemSize        = 400 << 10
	maxHashKeySize     = 2048
	maxRangeKeySize    = 1024
	maxPageSize        = 1 << 20  // of the items that one Query or Scan examines
	maxBatchSize       = 16 << 20 // of the items that one BatchGetItem returns
	maxTransactionSize = 4 << 20
)

// sizeOf is a value's size as DynamoDB counts it towards limits and capacity,
// per "DynamoDB item sizes and formats" in its guide.
func sizeOf(v value) int {
	switch v := v.(type) {
	case text:
		return len(v)
	case binary:
		return len(v)
	case number:
		return v.size()
	case list:
		size := 3
		for _, element := range v {
			size += 1 + sizeOf(element)
		}
		return size
	case document:
		return 3 + len(v) + itemSize(v)
	case textSet:
		return sizeOfAll(v)
	case numberSet:
		return sizeOfAll(v)
	case binarySet:
		return sizeOfAll(v)
	}
	return 1 // boolean and null
}

func sizeOfAll[T value](elements []T) int {
	size := 0
	for _, element := range elements {
		size += sizeOf(element)
	}
	return size
}

// itemSize is the size of all names and values of an item.
func itemSize(it item) int {
	size := 0
	for name, v := range it {
		size += len(name) + sizeOf(v)
	}
	return size
}

// size counts a byte for each two digits, in pairs from the decimal point, one more, and one for a minus sign.
func (n number) size() int {
	if n.digits == "" {
		return 1
	}
	digits := len(n.digits)
	if n.point%2 != 0 {
		digits++ // the first pair is half empty
	}
	size := 1 + (digits+1)/2
	if n.negative {
		size++
	}
	return size
}
