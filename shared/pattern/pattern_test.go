package pattern_test

import (
	"strings"
	"testing"

	"slipway/shared/pattern"
)

// sample is the event of the EventBridge user guide's pattern examples, with
// the fields that its operators need.
const sample = `{"version":"0","id":"6a7e8feb","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2",
"account":"111122223333","time":"2017-12-22T18:43:48Z","region":"us-west-1","resources":["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0","arn:second"],
"detail":{"instance-id":"i-1234567890abcdef0","state":"terminated","c-count":5,"d-count":3,"x-limit":301.8,"source-ip":"10.0.0.33","ipv6":"2001:db8::7",
"FileName":"dir1/dir2/image.PNG","note":"","nothing":null,"ready":true,"star":"a*b","nested":{"deep":{"value":"x"}},"empty":[],
"people":[{"first":"Anna","last":"Jones","tags":["a","b"]},{"first":"Peter","last":"Smith","tags":["c"]}],"matrix":[[1,2],[3,4]]}}`

func TestTextsThatAreNoPatternsAreRefused(t *testing.T) {
	for text, says := range map[string]string{
		``:                       "unexpected end",
		`[]`:                     "must be a JSON object",
		`{"source":["a"]`:        "unexpected end",
		`{}`:                     "the pattern: an empty object",
		`{"a":["x"]}{"a":["x"]}`: "after top-level value",
		`{"a":` + strings.Repeat(`{"a":`, 20000) + `["x"]`:                                                "depth",
		`{"detail":{"x":{` + or(10) + `,"y":{` + or(10) + `,"z":{` + or(10) + `,"q":{` + or(2) + `}}}}}}`: "field detail.x.y.z.q.$or: makes more than 1000 combinations",
	} {
		_, err := pattern.Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("Parse(%.80s) = %v, want an error that says %q", text, err, says)
		}
	}
}

// or returns a $or of n alternatives.
func or(n int) string {
	return `"$or":[` + strings.TrimSuffix(strings.Repeat(`{"v":["x"]},`, n), ",") + `]`
}

func FuzzPatterns(f *testing.F) {
	last := ""
	for _, c := range table(f) {
		if c.Pattern != last {
			f.Add(c.Pattern, c.Event)
		}
		last = c.Pattern
	}
	f.Add(`{"source":["a",1,null,{"prefix":"x"}]}`, sample)
	f.Add(`{"detail":{"$or":[{"c-count":[{"numeric":[">",0,"<=",5]}]},{"x":[{"exists":false}]}]}}`, sample)
	f.Add(`{"a":[{"anything-but":{"wildcard":["*x","\\*"]}},{"cidr":"::/1"}]}`, `{"a":["1e99999999999",1e99999999999]}`)
	f.Fuzz(func(t *testing.T, text, event string) {
		p, err := pattern.Parse([]byte(text))
		if err != nil && !strings.HasPrefix(err.Error(), "event pattern: ") {
			t.Errorf("error without its subject: %v", err)
		}
		p.Match([]byte(event))
	})
}
