package step

import (
	"encoding/json"
	"fmt"
	"regexp"
)

// restoreExpectations are what a restored copy must hold.
type restoreExpectations struct {
	Count   *countExpectation   `json:"count"`
	Prefix  string              `json:"prefix"` // of the keys that are counted
	Keys    []tableKey          `json:"keys"`
	Objects []objectExpectation `json:"objects"`
}

// A countExpectation is how many items or objects there must be.
type countExpectation struct {
	Min int `json:"min"`
}

// A tableKey is the primary key of an item: attribute names to JSON texts or numbers.
type tableKey map[string]json.RawMessage

// An objectExpectation is an object that must be there with that content.
type objectExpectation struct {
	Key    string `json:"key"`
	SHA256 string `json:"sha256"` // 64 hexadecimal digits
}

const (
	// maxCount bounds what is counted: a check reads that many items or names at most.
	maxCount = 10_000
	// maxSamples is how many items or objects are looked at.
	maxSamples = 10
	// maxSample is the size of the largest object that is hashed, in bytes; a larger one
	// may take longer to read than a function may run.
	maxSample = 1 << 30
)

// sha256Form is the form of a SHA-256 digest.
var sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)

// check refuses expectations that the type has no meaning for or that are none.
func (e restoreExpectations) check(t backupType) *Problem {
	switch {
	case t == rdsInstance && (e.Count != nil || e.Prefix != "" || e.Keys != nil || e.Objects != nil):
		return &Problem{"verify", "asks for what an instance is not looked at for", "leave it out: that the instance is available is looked at; with keep: true a later step can look into it"}
	case t == dynamoDBTable && (e.Prefix != "" || e.Objects != nil):
		return &Problem{"verify", "has prefix or objects, which a table has not", "write count and keys"}
	case t == s3Bucket && e.Keys != nil:
		return &Problem{"verify", "has keys, which are a table's", "write count, prefix and objects"}
	case e.Count != nil && (e.Count.Min < 1 || e.Count.Min > maxCount):
		return &Problem{"verify", fmt.Sprintf("has the count %d", e.Count.Min), fmt.Sprintf("write count: { min: … } from 1 to %d", maxCount)}
	case len(e.Keys) > maxSamples || len(e.Objects) > maxSamples:
		return &Problem{"verify", "has too many samples", fmt.Sprintf("write at most %d", maxSamples)}
	}
	return e.checkSamples()
}

func (e restoreExpectations) checkSamples() *Problem {
	for _, key := range e.Keys {
		if _, err := key.attributes(); err != nil {
			return &Problem{"verify", "has a key that is none: " + err.Error(), "write the partition key and the sort key if there is one, such as { id: order-1 }"}
		}
	}
	for _, o := range e.Objects {
		if o.Key == "" || !sha256Form.MatchString(o.SHA256) {
			return &Problem{"verify", fmt.Sprintf("has the object %q without a key or a SHA-256", o.Key), "write { key: …, sha256: … } with 64 hexadecimal digits in lower case"}
		}
	}
	return nil
}

// min returns how many items or objects there must be: 1 unless it is said.
func (e restoreExpectations) min() int {
	if e.Count == nil {
		return 1
	}
	return e.Count.Min
}
