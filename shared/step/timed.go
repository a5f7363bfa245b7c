package step

import (
	"encoding/json"
	"time"
)

// A Timed kind knows how long an attempt may take when the project file names no timeout.
type Timed interface {
	Kind
	Timeout(with json.RawMessage) (timeout time.Duration, known bool)
}
