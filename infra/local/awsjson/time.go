package awsjson

import (
	"fmt"
	"time"
)

// A Time is written as the protocol writes times: seconds since 1970, to the millisecond.
type Time time.Time

// MarshalJSON implements [json.Marshaler].
func (t Time) MarshalJSON() ([]byte, error) {
	ms := time.Time(t).UnixMilli()
	return fmt.Appendf(nil, "%d.%03d", ms/1000, ms%1000), nil
}
