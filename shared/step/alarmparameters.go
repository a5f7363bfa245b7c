package step

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// What an alarm step makes of an alarm without enough data.
const (
	missingOK   = "ok"
	missingFail = "fail"
)

// maxAlarms is the most alarms of a step; DescribeAlarms takes as many names.
const maxAlarms = 100

// maxAlarmName is the longest name of an alarm, in characters, per the PutMetricAlarm reference.
const maxAlarmName = 255

// alarmParameters are the parameters of [alarm].
type alarmParameters struct {
	Alarms  textList     `json:"alarms"`
	For     waitDuration `json:"for"`
	Missing string       `json:"missing"`
}

func parseAlarm(with json.RawMessage) (alarmParameters, *Problem) {
	p := alarmParameters{Missing: missingOK}
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	if len(p.Alarms) == 0 || len(p.Alarms) > maxAlarms {
		return p, &Problem{"alarms", fmt.Sprintf("has %d names", len(p.Alarms)), fmt.Sprintf("name 1 to %d alarms, such as [storefront-errors]", maxAlarms)}
	}
	for i, name := range p.Alarms {
		switch {
		case name == "" || utf8.RuneCountInString(name) > maxAlarmName:
			return p, &Problem{"alarms", fmt.Sprintf("%.40q is not a name", name), fmt.Sprintf("write 1 to %d characters", maxAlarmName)}
		case strings.HasPrefix(name, "arn:"):
			return p, &Problem{"alarms", fmt.Sprintf("%.80q is an ARN", name), "write the alarm's name; its account and Region are the environment's"}
		case slices.Contains(p.Alarms[:i], name):
			return p, &Problem{"alarms", fmt.Sprintf("%q is there twice", name), "write it once"}
		}
	}
	if p.Missing != missingOK && p.Missing != missingFail {
		return p, &Problem{"missing", fmt.Sprintf("%.40q is not known", p.Missing), "write ok or fail"}
	}
	return p, nil
}
