package stepfunctions

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"slipway/infra/local/store"
)

// A stage is what a running Map Run is at.
type stage string

const (
	stageReading stage = "reading" // its items from S3
	stageRunning stage = "running" // its executions
	stageWriting stage = "writing" // its results to S3
)

// A mapRun is the record of what a Distributed Map state runs. Its executions are
// records of their own, see [mapChild].
type mapRun struct {
	ARN        string     `json:"arn"`
	Execution  string     `json:"execution"` // ARN of the one around it
	Thread     int        `json:"thread"`    // of that execution
	State      string     `json:"state"`     // name of the Map state
	Machine    string     `json:"machine"`   // name of the state machine and label, which its executions have as theirs
	MachineARN string     `json:"machineArn"`
	Status     Status     `json:"status"`
	Stage      stage      `json:"stage"`
	Started    time.Time  `json:"started"`
	Stopped    *time.Time `json:"stopped,omitempty"`

	MaxConcurrency      int      `json:"maxConcurrency"` // 0: no limit of its own
	ToleratedCount      *int64   `json:"toleratedCount,omitempty"`
	ToleratedPercentage *float64 `json:"toleratedPercentage,omitempty"`

	Read  *s3Place `json:"read,omitempty"`
	Write *s3Place `json:"write,omitempty"`
	Limit int      `json:"limit,omitempty"` // of items to read; 0: none
	Batch *batch   `json:"batch,omitempty"`

	Children   int   `json:"children"` // executions, started or not
	NextChild  int   `json:"nextChild"`
	Executions tally `json:"executions"`
	Items      tally `json:"items"`

	Redrives int        `json:"redrives,omitempty"`
	Redriven *time.Time `json:"redriven,omitempty"`
}

// An s3Place is where items come from or results go to.
type s3Place struct {
	Bucket    string
	Key       string `json:",omitempty"`
	VersionId string `json:",omitempty"`
	Prefix    string `json:",omitempty"`
}

// A batch says how many items an execution gets, 0 for no limit.
type batch struct {
	MaxItems int             `json:"maxItems,omitempty"`
	MaxBytes int             `json:"maxBytes,omitempty"`
	Input    json.RawMessage `json:"input,omitempty"`
}

// A mapChild is one execution of a Map Run: what it is to run on, and where it stands.
type mapChild struct {
	Input     json.RawMessage `json:"input"`
	Items     int             `json:"items"`
	Execution string          `json:"execution,omitempty"` // ARN, once it was started
	Status    Status          `json:"status,omitempty"`    // "" before it was started
}

// Store tables of Map Runs.
const (
	mapRunTable   = "stepfunctions/mapruns"     // ARN → mapRun
	mapChildTable = "stepfunctions/mapchildren" // ARN, 0, index → mapChild
	mapListTable  = "stepfunctions/maplists"    // ARN of the execution, 0, start, ARN of the Map Run
)

func childKey(arn string, index int) []byte {
	return binary.BigEndian.AppendUint64([]byte(arn+"\x00"), uint64(index))
}

// readMapRun returns the Map Run at arn, or nil.
func readMapRun(tx store.Tx, arn string) (*mapRun, error) {
	m, err := store.GetJSON[mapRun](tx, mapRunTable, []byte(arn))
	if err != nil {
		return nil, fmt.Errorf("read Map Run %s: %w", arn, err)
	}
	return m, nil
}

func (m *mapRun) save(tx store.Tx) error {
	return store.PutJSON(tx, mapRunTable, []byte(m.ARN), m)
}

func (m *mapRun) readChild(tx store.Tx, index int) (*mapChild, error) {
	c, err := store.GetJSON[mapChild](tx, mapChildTable, childKey(m.ARN, index))
	if err == nil && c == nil {
		err = fmt.Errorf("not found")
	}
	if err != nil {
		return nil, fmt.Errorf("read execution %d of Map Run %s: %w", index, m.ARN, err)
	}
	return c, nil
}

// move gives an execution of m another status and counts it.
func (m *mapRun) move(tx store.Tx, index int, c *mapChild, to Status) error {
	*m.Executions.of(c.Status)--
	*m.Items.of(c.Status) -= c.Items
	c.Status = to
	*m.Executions.of(c.Status)++
	*m.Items.of(c.Status) += c.Items
	return store.PutJSON(tx, mapChildTable, childKey(m.ARN, index), c)
}

// exceeded tells whether more items failed than m tolerates: none, unless it says otherwise.
func (m *mapRun) exceeded() bool {
	failed := m.Items.unsuccessful()
	count, percentage := m.ToleratedCount, m.ToleratedPercentage
	if count == nil && percentage == nil {
		return failed > 0
	}
	return count != nil && int64(failed) > *count ||
		percentage != nil && m.Items.Total > 0 && float64(failed)*100/float64(m.Items.Total) > *percentage
}

// finished tells whether all executions of m have ended.
func (m *mapRun) finished() bool {
	return m.Executions.Pending == 0 && m.Executions.PendingRedrive == 0 && m.Executions.Running == 0
}

// maxChildren is how many executions of a Map Run run at a time at most, per
// "Step Functions service quotas".
const maxChildren = 10000

func (m *mapRun) room() bool {
	limit := maxChildren
	if m.MaxConcurrency > 0 {
		limit = min(limit, m.MaxConcurrency)
	}
	return m.Executions.Running < limit
}

func mapListKey(execution string, started time.Time, arn string) []byte {
	key := binary.BigEndian.AppendUint64([]byte(execution+"\x00"), uint64(started.UnixNano()))
	return append(key, arn...)
}

// mapRunsOf returns the keys of an execution's Map Runs, the newest first, from the one before key after.
func mapRunsOf(tx store.Tx, execution string, after []byte) [][]byte {
	prefix := []byte(execution + "\x00")
	from := after
	if from == nil {
		from = append(bytes.Clone(prefix), bytes.Repeat([]byte{0xff}, 9)...)
	}
	var keys [][]byte
	for key := range tx.ScanBack(mapListTable, from) {
		if !bytes.HasPrefix(key, prefix) {
			break
		}
		if !bytes.Equal(key, after) {
			keys = append(keys, bytes.Clone(key))
		}
	}
	return keys
}
