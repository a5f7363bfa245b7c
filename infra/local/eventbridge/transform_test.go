package eventbridge_test

import (
	"testing"

	"slipway/infra/local/eventbridge"
)

func TestTargetsGetWhatTheirInputSays(t *testing.T) {
	paths := map[string]string{"release": "$.detail.release", "count": "$.detail.count", "note": "$.detail.note", "type": "$.detail-type",
		"none": "$.detail.none", "tags": "$.detail.tags", "y": "$.detail.tags[1].y", "first": "$['resources'][0]"}
	template := func(text string) eventbridge.TargetSpec {
		return eventbridge.TargetSpec{InputTransformer: &eventbridge.InputTransformer{InputPathsMap: paths, InputTemplate: text}}
	}
	for name, c := range map[string]struct {
		target eventbridge.TargetSpec
		want   string
	}{
		"the whole event":       {eventbridge.TargetSpec{}, envelope},
		"a constant":            {eventbridge.TargetSpec{Input: `{"a":1}`}, `{"a":1}`},
		"a part":                {eventbridge.TargetSpec{InputPath: "$.detail.tags"}, `["x",{"y":1}]`},
		"the root":              {eventbridge.TargetSpec{InputPath: "$"}, envelope},
		"a part that isn't":     {eventbridge.TargetSpec{InputPath: "$.detail.none.x"}, `null`},
		"a text":                {template(`"<release> of <type>"`), `"1.4.0 of release.created.v1"`},
		"a text with quotes":    {template(`"is \"<release>\""`), `"is \"1.4.0\""`},
		"an object":             {template(`{"release":<release>,"count":<count>,"tags":<tags>}`), `{"release":"1.4.0","count":2,"tags":["x",{"y":1}]}`},
		"an escaped text":       {template(`{"note":"<note>"}`), `{"note":"a \"b\" <c>"}`},
		"a number in text":      {template(`"<count> <y> <first>"`), `"2 1 r"`},
		"a missing value":       {template(`{"a":<none>,"b":"<none>"}`), `{"a":null,"b":""}`},
		"a list in text":        {template(`"<tags>"`), `"[\"x\",{\"y\":1}]"`},
		"the rule":              {template(`[<aws.events.rule-arn>,"<aws.events.rule-name>"]`), `["arn:aws:events:us-east-1:000000000000:rule/promote","promote"]`},
		"the time":              {template(`<aws.events.event.ingestion-time>`), `"2026-11-22T08:00:00Z"`},
		"the event":             {template(`{"e":<aws.events.event.json>}`), `{"e":` + envelope + `}`},
		"the event's envelope":  {template(`<aws.events.event>`), `{"version":"0","id":"id-1","detail-type":"release.created.v1","source":"slipway","account":"000000000000","time":"2026-11-22T08:00:00Z","region":"us-east-1","resources":["r"]}`},
		"a less-than sign":      {template(`"1 < 2 and <release>"`), `"1 < 2 and 1.4.0"`},
		"a template of nothing": {template(`{}`), `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.rule(c.target)
			b.put("", released())
			b.clock.Run()
			if len(b.payloads) != 1 || b.payloads[0] != c.want {
				t.Errorf("got %s, want %s", b.payloads, c.want)
			}
		})
	}
}
