package eventbridge_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
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
		"every element":         {eventbridge.TargetSpec{InputPath: "$.resources[*]"}, `["r"]`},
		"every member":          {eventbridge.TargetSpec{InputPath: "$.detail.*"}, `["1.4.0","a \"b\" <c>",2,["x",{"y":1}]]`},
		"below every element":   {eventbridge.TargetSpec{InputPath: "$.detail.tags[*].y"}, `[1]`},
		"no element":            {eventbridge.TargetSpec{InputPath: "$.detail.release[*]"}, `[]`},
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

// The events, templates and outputs are those of "Amazon EventBridge input
// transformation" and of the InputTransformer reference. "The JSON that is passed to the
// target is minified and escaped", says the former.
func TestTheDocumentationsTransformationsGiveWhatItSays(t *testing.T) {
	const original = `{"version":"0","id":"id-1","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"123456789012",` +
		`"time":"2015-11-11T21:29:54Z","region":"us-east-1","resources":["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"]`
	for name, c := range map[string]struct{ template, want string }{
		"simple string":              {`"instance <instance> is in <state>"`, `"instance i-0123456789 is in RUNNING"`},
		"string with escaped quotes": {`"instance \"<instance>\" is in <state>"`, `"instance \"i-0123456789\" is in RUNNING"`},
		"simple JSON":                {"{\n  \"instance\" : <instance>,\n  \"state\": <state>\n}", `{"instance":"i-0123456789","state":"RUNNING"}`},
		"JSON with strings and variables": {"{\n \"instance\" : <instance>,\n \"state\": \"<state>\",\n \"instanceStatus\": \"instance \\\"<instance>\\\" is in <state>\"\n}",
			`{"instance":"i-0123456789","state":"RUNNING","instanceStatus":"instance \"i-0123456789\" is in RUNNING"}`},
		"JSON with a mix of variables and static information": {"{\n  \"instance\" : <instance>,\n  \"state\": [ 9, <state>, true ],\n  \"Transformed\" : \"Yes\"\n}",
			`{"instance":"i-0123456789","state":[9,"RUNNING",true],"Transformed":"Yes"}`},
		"reserved variables in JSON": {`{"instance" : <instance>, "state": <state>, "ruleArn" : <aws.events.rule-arn>, "ruleName" : <aws.events.rule-name>, "originalEvent" : <aws.events.event.json>}`,
			`{"instance":"i-0123456789","state":"RUNNING","ruleArn":"arn:aws:events:us-east-1:000000000000:rule/example","ruleName":"example","originalEvent":` +
				original + `,"detail":{"instance-id":"i-0123456789","state":"RUNNING"}}}`},
		"the event without its detail":   {`{"originalEvent" : <aws.events.event>}`, `{"originalEvent":` + original + `}}`},
		"reserved variables in a string": {`"<aws.events.rule-name> triggered"`, `"example triggered"`},
		"Amazon CloudWatch log group":    {`{"timestamp" : <timestamp>, "message": "instance \"<instance>\" is in <state>"}`, `{"timestamp":"2015-11-11T21:29:54Z","message":"instance \"i-0123456789\" is in RUNNING"}`},
		"a path that leads nowhere":      {`"at <nowhere>."`, `"at ."`},
		"the reference's JSON":           {`{"myInstance": <instance>,"myStatus": "<instance> is in state \"<state>\""}`, `{"myInstance":"i-0123456789","myStatus":"i-0123456789 is in state \"RUNNING\""}`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			err := b.engine.PutRule(eventbridge.RuleSpec{Name: "example", Pattern: []byte(`{"source":["aws.ec2"]}`), Targets: []eventbridge.TargetSpec{{ID: "t", ARN: targetARN,
				InputTransformer: &eventbridge.InputTransformer{InputTemplate: c.template, InputPathsMap: map[string]string{
					"timestamp": "$.time", "instance": "$.detail.instance-id", "state": "$.detail.state", "nowhere": "$.detail.nowhere"}}}}})
			if err != nil {
				t.Fatal(err)
			}
			b.put("", eventbridge.Event{Source: "aws.ec2", DetailType: "EC2 Instance State-change Notification", Account: "123456789012",
				Time: time.Date(2015, 11, 11, 21, 29, 54, 0, time.UTC), Resources: []string{"arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"},
				Detail: []byte(`{"instance-id":"i-0123456789","state":"RUNNING"}`)})
			b.clock.Run()
			if len(b.payloads) != 1 || b.payloads[0] != c.want {
				t.Errorf("got  %s\nwant %s", b.payloads, c.want)
			}
		})
	}
}

// FuzzTransformations checks that an input path or a template is refused, or makes JSON of
// every event.
func FuzzTransformations(f *testing.F) {
	f.Add("$.detail.a[0]", `{"a":<a>,"b":"<a> \"<a>\""}`, `{"a":[1,"x\""]}`)
	f.Add("$.detail.*", `[<a>,"<a>",<aws.events.event>,<aws.events.event.json>]`, `{"":{"a":null}}`)
	f.Add("$['detail'][*].b", `"<a>\\<aws.events.rule-name>"`, `{"a":"\u2028<>","a":1e5}`)
	f.Add("$", "<a>", `{}`)
	f.Fuzz(func(t *testing.T, path, text, detail string) {
		b := newBench(t)
		rule := func(name string, target eventbridge.TargetSpec) {
			target.ID, target.ARN = "t", targetARN
			err := b.engine.PutRule(eventbridge.RuleSpec{Name: name, Pattern: []byte(`{"source":["slipway"]}`), Targets: []eventbridge.TargetSpec{target}})
			if err != nil && !strings.HasPrefix(err.Error(), "rule "+name+": target t: Input") {
				t.Errorf("error without its subject: %v", err)
			}
		}
		rule("path", eventbridge.TargetSpec{InputPath: path})
		rule("template", eventbridge.TargetSpec{InputTransformer: &eventbridge.InputTransformer{InputPathsMap: map[string]string{"a": path}, InputTemplate: text}})
		err := b.store.Update(func(tx store.Tx) error {
			return b.engine.Put(tx, "", eventbridge.Event{Source: "slipway", DetailType: "d", Detail: []byte(detail)})
		})
		if err != nil {
			return // the detail is no object
		}
		b.clock.Run()
		for _, payload := range b.payloads {
			if !json.Valid([]byte(payload)) {
				t.Errorf("%s, %s and %s make %s", path, text, detail, payload)
			}
		}
	})
}
