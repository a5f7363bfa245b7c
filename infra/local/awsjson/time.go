package awsjson

import (
	"strconv"
	"time"
)

// A Time is written as the protocol writes times: seconds since 1970, to the millisecond.
type Time time.Time

// MarshalJSON implements [json.Marshaler].
func (t Time) MarshalJSON() ([]byte, error) {
	const bits = 64
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', -1, bits), nil
}
