package eventbridge

import (
	"net/http"

	"slipway/infra/local/awsjson"
)

// service lists what the engine answers.
func (e *Engine) service() awsjson.Service {
	return awsjson.Service{Target: "AWSEvents", Version: "1.1", NewID: e.NewID, Internal: "InternalException",
		Operations: map[string]awsjson.Operation{
			"PutEvents":         awsjson.Answer(e.putEvents),
			"ListEventBuses":    awsjson.Answer(e.listEventBuses),
			"DescribeEventBus":  awsjson.Answer(e.describeEventBus),
			"PutRule":           awsjson.Answer(e.putRule),
			"DeleteRule":        awsjson.Answer(e.deleteRule),
			"PutTargets":        awsjson.Answer(e.putTargets),
			"RemoveTargets":     awsjson.Answer(e.removeTargets),
			"ListRules":         awsjson.Answer(e.listRules),
			"DescribeRule":      awsjson.Answer(e.describeRule),
			"EnableRule":        awsjson.Answer(e.switchRule(Enabled)),
			"DisableRule":       awsjson.Answer(e.switchRule(Disabled)),
			"ListTargetsByRule": awsjson.Answer(e.listTargetsByRule),
			"TestEventPattern":  awsjson.Answer(e.testEventPattern),
		}}
}

// ServeHTTP answers the EventBridge JSON protocol.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.api.ServeHTTP(w, r) }
