package cloudwatch

import (
	"bytes"
	"encoding/base64"
	"iter"
	"slices"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type describeAlarmHistoryInput struct {
	AlarmName       string
	HistoryItemType string
	MaxRecords      *int
	NextToken       string
	ScanBy          string
}

// describeAlarmHistory lists the history of one alarm, the newest item first unless
// asked otherwise. The token is the key that the next page begins with.
func (e *Engine) describeAlarmHistory(in describeAlarmHistoryInput) (any, error) {
	limit, err := pageSize(in.MaxRecords)
	if err == nil {
		err = check(
			constraint{in.AlarmName != "", "alarmName", in.AlarmName, "be given: the history of all alarms at once is not supported"},
			oneOf("historyItemType", in.HistoryItemType, "", configurationUpdate, stateUpdate, action),
			oneOf("scanBy", in.ScanBy, "", "TimestampDescending", "TimestampAscending"),
		)
	}
	from, malformed := base64.RawURLEncoding.DecodeString(in.NextToken)
	if err == nil && malformed != nil {
		err = awsjson.Errorf("InvalidNextToken", "Invalid NextToken: %s", in.NextToken)
	}
	if err != nil {
		return nil, err
	}
	answer, found := record{}, []any{}
	err = e.Store.View(func(tx store.Tx) error {
		for key, value := range scanHistory(tx, in, from) {
			item, err := store.ParseJSON[historyItem](historyTable, value)
			if err != nil {
				return err
			}
			if in.HistoryItemType != "" && in.HistoryItemType != item.Type {
				continue
			}
			if len(found) == limit {
				answer["NextToken"] = base64.RawURLEncoding.EncodeToString(key)
				return nil
			}
			found = append(found, record{"AlarmName": in.AlarmName, "AlarmType": "MetricAlarm", "Timestamp": awsjson.Time(item.Time),
				"HistoryItemType": item.Type, "HistorySummary": item.Summary, "HistoryData": item.Data})
		}
		return nil
	})
	answer["AlarmHistoryItems"] = found
	return answer, err
}

// scanHistory yields the items of an alarm's history in the order that is asked for.
func scanHistory(tx store.Tx, in describeAlarmHistoryInput, from []byte) iter.Seq2[[]byte, []byte] {
	mine := historyOf(in.AlarmName)
	scan := tx.ScanBack
	switch {
	case in.ScanBy == "TimestampAscending":
		scan = tx.Scan
		if !bytes.HasPrefix(from, mine) {
			from = mine
		}
	case !bytes.HasPrefix(from, mine):
		from = append(slices.Clone(mine[:len(mine)-1]), 1) // above all that begin with mine
	}
	return func(yield func([]byte, []byte) bool) {
		for key, value := range scan(historyTable, from) {
			if !bytes.HasPrefix(key, mine) || !yield(key, value) {
				return
			}
		}
	}
}
