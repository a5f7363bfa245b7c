package cloudwatch

import (
	"net/http"
	"strings"

	"slipway/infra/local/awsjson"
)

// service lists what the engine answers. An answer is a [record], an empty one
// where the operation has none.
func (e *Engine) service() awsjson.Service {
	return awsjson.Service{Target: "GraniteServiceVersion20100801", Version: "1.0", NewID: e.NewID, QueryCompatible: true,
		Operations: map[string]awsjson.Operation{
			"PutMetricAlarm":       awsjson.Answer(e.putMetricAlarm),
			"DescribeAlarms":       awsjson.Answer(e.describeAlarms),
			"DescribeAlarmHistory": awsjson.Answer(e.describeAlarmHistory),
			"SetAlarmState":        awsjson.Answer(e.setAlarmState),
			"DeleteAlarms":         awsjson.Answer(e.deleteAlarms),
			"EnableAlarmActions":   awsjson.Answer(e.switchActions(true)),
			"DisableAlarmActions":  awsjson.Answer(e.switchActions(false)),
		}}
}

// ServeHTTP answers the protocol that r speaks.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Smithy-Protocol") != "":
		e.serveCBOR(w, r)
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		e.serveQuery(w, r)
	default:
		e.api.ServeHTTP(w, r)
	}
}
