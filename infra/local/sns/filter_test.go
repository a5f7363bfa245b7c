package sns_test

import (
	"strings"
	"testing"

	"slipway/infra/local/sns"
)

func TestASubscriptionGetsWhatItsFilterPolicyMatches(t *testing.T) {
	message := sns.Message{Body: `{"status":"failed","environment":{"name":"production"},"tries":2}`, Attributes: map[string]sns.Attribute{
		"project": text("storefront"),
		"tries":   {DataType: "Number", StringValue: "+02.50"},
		"tags":    {DataType: "String.Array", StringValue: `["blue", 7, true, null]`},
		"a.b":     text("dotted"),
		"sum":     {DataType: "Binary", BinaryValue: []byte("storefront")},
	}}
	for name, c := range map[string]struct {
		policy, scope string
		wanted        bool
	}{
		"no policy":                         {"", "", true},
		"an empty policy":                   {" { } ", "", true},
		"a text":                            {`{"project":["other","storefront"]}`, "", true},
		"another text":                      {`{"project":["other"]}`, sns.MessageAttributes, false},
		"a number":                          {`{"tries":[2.5]}`, "", true},
		"a range":                           {`{"tries":[{"numeric":[">",2,"<=",2.5]}]}`, "", true},
		"a text is no number":               {`{"tries":["2.5"]}`, "", false},
		"one of an array":                   {`{"tags":["red","blue"]}`, "", true},
		"a number of an array":              {`{"tags":[7]}`, "", true},
		"a name with a dot":                 {`{"a.b":["dotted"]}`, "", true},
		"what isn't there":                  {`{"none":[{"exists":false}]}`, "", true},
		"binary values are not compared":    {`{"sum":[{"exists":true}]}`, "", false},
		"all keys must match":               {`{"project":["storefront"],"tries":[3]}`, "", false},
		"anything but":                      {`{"project":[{"anything-but":{"prefix":"store"}}]}`, "", false},
		"one of several keys":               {`{"$or":[{"project":["x"]},{"tries":[2.5]}]}`, "", true},
		"attributes are not in the body":    {`{"project":["storefront"]}`, sns.MessageBody, false},
		"a field of the body":               {`{"environment":{"name":["production"]}}`, sns.MessageBody, true},
		"another value in the body":         {`{"status":["succeeded"]}`, sns.MessageBody, false},
		"the body is not in the attributes": {`{"status":["failed"]}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.subscribe(sns.SQS, queueARN, sns.Settings{FilterPolicy: c.policy, FilterPolicyScope: c.scope})
			b.publish(message)
			if got := len(b.letters) == 1; got != c.wanted {
				t.Errorf("delivered: %v, want %v", got, c.wanted)
			}
		})
	}
}

func TestABodyThatIsNoJSONMatchesNoPolicyOnIt(t *testing.T) {
	b := newBench(t)
	b.subscribe(sns.SQS, queueARN, sns.Settings{FilterPolicy: `{"status":[{"exists":false}]}`, FilterPolicyScope: sns.MessageBody})
	b.publish(sns.Message{Body: "plain"})
	if b.letters != nil {
		t.Errorf("letters %v", b.letters)
	}
}

func TestAFilterPolicyIsRefusedAsSNSRefusesIt(t *testing.T) {
	values := func(n int) string { return `["x"` + strings.Repeat(`,"x"`, n-1) + `]` }
	for name, c := range map[string]struct {
		settings sns.Settings
		says     string
	}{
		"no JSON":               {sns.Settings{FilterPolicy: `{`}, "FilterPolicy: event pattern: unexpected end of JSON input"},
		"no array":              {sns.Settings{FilterPolicy: `{"a":"x"}`}, "must be an object or an array"},
		"an unknown operator":   {sns.Settings{FilterPolicy: `{"a":[{"like":"x"}]}`}, "like"},
		"nested for attributes": {sns.Settings{FilterPolicy: `{"a":{"b":["x"]}}`}, "does not support nested filter policy"},
		"nested in a choice":    {sns.Settings{FilterPolicy: `{"$or":[{"a":{"b":["x"]}},{"c":["x"]}]}`}, "does not support nested filter policy"},
		"six keys":              {sns.Settings{FilterPolicy: `{"a":["x"],"b":["x"],"c":["x"],"d":["x"],"e":["x"],"f":["x"]}`}, "more than 5 keys"},
		"151 combinations":      {sns.Settings{FilterPolicy: `{"a":` + values(151) + `}`}, "too complex"},
		"152 nested ones":       {sns.Settings{FilterPolicy: `{"a":{"b":` + values(76) + `}}`, FilterPolicyScope: sns.MessageBody}, "too complex"},
		"sums of choices":       {sns.Settings{FilterPolicy: `{"$or":[{"a":` + values(100) + `},{"b":` + values(51) + `}]}`}, "too complex"},
		"too long":              {sns.Settings{FilterPolicy: `{"a":["` + strings.Repeat("x", 256<<10) + `"]}`}, "bytes long"},
		"a scope":               {sns.Settings{FilterPolicyScope: "Subject"}, "FilterPolicyScope: Invalid value [Subject]"},
		"no queue":              {sns.Settings{DeadLetter: topicARN}, "is not the ARN of an SQS queue"},
		"a FIFO queue":          {sns.Settings{DeadLetter: deadARN + ".fifo"}, "must use a standard queue"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newBench(t).engine.Subscribe(sns.SubscriptionSpec{Topic: topicARN, Protocol: sns.SQS, Endpoint: queueARN, Settings: c.settings})
			if err == nil || !strings.Contains(err.Error(), "InvalidParameter: Invalid parameter: Attributes Reason: ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("err = %v, want %s", err, c.says)
			}
		})
	}
}
