package eventbridge_test

import (
	"strings"
	"testing"

	"slipway/infra/local/eventbridge"
)

// sample is the event of the EventBridge user guide's pattern examples, with
// the fields that its operators need.
const sample = `{"version":"0","id":"6a7e8feb","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2",
"account":"111122223333","time":"2017-12-22T18:43:48Z","region":"us-west-1","resources":["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0","arn:second"],
"detail":{"instance-id":"i-1234567890abcdef0","state":"terminated","c-count":5,"d-count":3,"x-limit":301.8,"source-ip":"10.0.0.33","ipv6":"2001:db8::7",
"FileName":"dir1/dir2/image.PNG","note":"","nothing":null,"ready":true,"star":"a*b","nested":{"deep":{"value":"x"}},"empty":[],
"people":[{"first":"Anna","last":"Jones","tags":["a","b"]},{"first":"Peter","last":"Smith","tags":["c"]}],"matrix":[[1,2],[3,4]]}}`

func TestPatternsMatchAsDocumented(t *testing.T) {
	for name, c := range map[string]struct {
		pattern string
		want    bool
	}{
		"exact string":                         {`{"source":["aws.ec2"]}`, true},
		"another string":                       {`{"source":["aws.s3"]}`, false},
		"exact is case-sensitive":              {`{"source":["AWS.EC2"]}`, false},
		"one of several values":                {`{"detail":{"state":["stopped","terminated"]}}`, true},
		"all fields must match":                {`{"source":["aws.ec2"],"detail":{"state":["running"]}}`, false},
		"a field that isn't there":             {`{"detail":{"colour":["red"]}}`, false},
		"any element of an array":              {`{"resources":["arn:second"]}`, true},
		"an array of arrays":                   {`{"detail":{"matrix":[3]}}`, true},
		"nested objects":                       {`{"detail":{"nested":{"deep":{"value":["x"]}}}}`, true},
		"the empty string":                     {`{"detail":{"note":[""]}}`, true},
		"null":                                 {`{"detail":{"nothing":[null]}}`, true},
		"null isn't the empty string":          {`{"detail":{"nothing":[""]}}`, false},
		"a boolean":                            {`{"detail":{"ready":[true]}}`, true},
		"a boolean isn't a string":             {`{"detail":{"ready":["true"]}}`, false},
		"a number":                             {`{"detail":{"c-count":[5]}}`, true},
		"a number written otherwise":           {`{"detail":{"x-limit":[3.018e2]}}`, true},
		"a number isn't a string":              {`{"detail":{"c-count":["5"]}}`, false},
		"prefix":                               {`{"time":[{"prefix":"2017-12-"}]}`, true},
		"another prefix":                       {`{"time":[{"prefix":"2018-"}]}`, false},
		"prefix on a number":                   {`{"detail":{"x-limit":[{"prefix":"30"}]}}`, false},
		"prefix in any case":                   {`{"source":[{"prefix":{"equals-ignore-case":"AWS."}}]}`, true},
		"suffix":                               {`{"detail":{"FileName":[{"suffix":".PNG"}]}}`, true},
		"suffix is case-sensitive":             {`{"detail":{"FileName":[{"suffix":".png"}]}}`, false},
		"suffix in any case":                   {`{"detail":{"FileName":[{"suffix":{"equals-ignore-case":".png"}}]}}`, true},
		"equals-ignore-case":                   {`{"source":[{"equals-ignore-case":"AWS.ec2"}]}`, true},
		"anything-but another string":          {`{"detail":{"state":[{"anything-but":"initializing"}]}}`, true},
		"anything-but that string":             {`{"detail":{"state":[{"anything-but":"terminated"}]}}`, false},
		"anything-but a number":                {`{"detail":{"x-limit":[{"anything-but":123}]}}`, true},
		"anything-but that number, otherwise":  {`{"detail":{"c-count":[{"anything-but":5.0}]}}`, false},
		"anything-but a list":                  {`{"detail":{"state":[{"anything-but":["stopped","terminated"]}]}}`, false},
		"anything-but numbers":                 {`{"detail":{"x-limit":[{"anything-but":[100,200,300]}]}}`, true},
		"anything-but a prefix":                {`{"detail":{"state":[{"anything-but":{"prefix":"init"}}]}}`, true},
		"anything-but prefixes":                {`{"detail":{"state":[{"anything-but":{"prefix":["init","term"]}}]}}`, false},
		"anything-but suffixes":                {`{"detail":{"FileName":[{"anything-but":{"suffix":[".txt",".PNG"]}}]}}`, false},
		"anything-but in any case":             {`{"detail":{"state":[{"anything-but":{"equals-ignore-case":["TERMINATED"]}}]}}`, false},
		"anything-but a wildcard":              {`{"detail":{"FileName":[{"anything-but":{"wildcard":"*/dir2/*"}}]}}`, false},
		"anything-but wildcards":               {`{"detail":{"FileName":[{"anything-but":{"wildcard":["*.jpg","*.gif"]}}]}}`, true},
		"anything-but needs the field":         {`{"detail":{"colour":[{"anything-but":"red"}]}}`, false},
		"anything-but takes any other element": {`{"resources":[{"anything-but":"arn:second"}]}`, true},
		"a numeric range":                      {`{"detail":{"c-count":[{"numeric":[">",0,"<=",5]}]}}`, true},
		"outside of a numeric range":           {`{"detail":{"c-count":[{"numeric":[">",5,"<=",9]}]}}`, false},
		"numeric less than":                    {`{"detail":{"d-count":[{"numeric":["<",10]}]}}`, true},
		"numeric equals":                       {`{"detail":{"x-limit":[{"numeric":["=",3.018e2]}]}}`, true},
		"numeric on a string":                  {`{"account":[{"numeric":[">",0]}]}`, false},
		"exists":                               {`{"detail":{"c-count":[{"exists":true}]}}`, true},
		"exists with null":                     {`{"detail":{"nothing":[{"exists":true}]}}`, true},
		"exists only for leaves":               {`{"detail":{"nested":[{"exists":true}]}}`, false},
		"doesn't exist":                        {`{"detail":{"colour":[{"exists":false}]}}`, true},
		"exists, so not absent":                {`{"detail":{"c-count":[{"exists":false}]}}`, false},
		"an empty array holds nothing":         {`{"detail":{"empty":[{"exists":false}]}}`, true},
		"absent or a value":                    {`{"detail":{"colour":[{"exists":false},"red"]}}`, true},
		"cidr":                                 {`{"detail":{"source-ip":[{"cidr":"10.0.0.0/24"}]}}`, true},
		"outside of cidr":                      {`{"detail":{"source-ip":[{"cidr":"10.0.1.0/24"}]}}`, false},
		"cidr of IPv6":                         {`{"detail":{"ipv6":[{"cidr":"2001:db8::/32"}]}}`, true},
		"wildcard":                             {`{"detail":{"FileName":[{"wildcard":"dir1/*/image.*"}]}}`, true},
		"wildcard of nothing":                  {`{"source":[{"wildcard":"aws.ec2*"}]}`, true},
		"wildcard must reach the end":          {`{"source":[{"wildcard":"a*ec"}]}`, false},
		"wildcard parts don't overlap":         {`{"source":[{"wildcard":"aws.ec*c2"}]}`, false},
		"quoted wildcard":                      {`{"detail":{"star":[{"wildcard":"a\\*b"}]}}`, true},
		"$or":                                  {`{"detail":{"$or":[{"c-count":[{"numeric":[">",10]}]},{"d-count":[{"numeric":["<",10]}]}]}}`, true},
		"$or of which none matches":            {`{"detail":{"$or":[{"c-count":[1]},{"d-count":[1]}]}}`, false},
		"$or beside a field":                   {`{"source":["aws.s3"],"$or":[{"region":["us-west-1"]},{"region":["us-west-2"]}]}`, false},
		"two $or":                              {`{"$or":[{"source":["aws.ec2"]},{"source":["x"]}],"detail":{"$or":[{"state":["x"]},{"c-count":[5]}]}}`, true},
		"one element has both":                 {`{"detail":{"people":{"first":["Anna"],"last":["Jones"]}}}`, true},
		"no element has both":                  {`{"detail":{"people":{"first":["Anna"],"last":["Smith"]}}}`, false},
		"a list in the same element":           {`{"detail":{"people":{"first":["Peter"],"tags":["c"]}}}`, true},
		"a list in another element":            {`{"detail":{"people":{"first":["Peter"],"tags":["a"]}}}`, false},
		"any member of any element":            {`{"detail":{"people":{"last":["Smith"]}}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := eventbridge.ParsePattern([]byte(c.pattern))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match([]byte(sample)); got != c.want {
				t.Errorf("%s matches: %v, want %v", c.pattern, got, c.want)
			}
		})
	}
}

func TestInvalidPatternsAreRefusedByField(t *testing.T) {
	for pattern, says := range map[string]string{
		`[]`:                                               "must be a JSON object",
		`{"source":["a"]`:                                  "unexpected end",
		`{}`:                                               "the pattern: an empty object",
		`{"source":"aws.ec2"}`:                             "field source: must be an object or an array",
		`{"source":[]}`:                                    "field source: an empty array",
		`{"detail":{}}`:                                    "field detail: an empty object",
		`{"detail":{"a":[["x"]]}}`:                         "field detail.a: a match value",
		`{"a":[{"regex":"x"}]}`:                            `field a: unrecognized operator "regex"`,
		`{"a":[{"prefix":"x","suffix":"y"}]}`:              "exactly one operator",
		`{"a":[{}]}`:                                       "exactly one operator",
		`{"a":[{"prefix":1}]}`:                             "prefix must be a string",
		`{"a":[{"prefix":{"wildcard":"x"}}]}`:              "prefix takes",
		`{"a":[{"exists":"yes"}]}`:                         "exists must be true or false",
		`{"a":[{"numeric":[">"]}]}`:                        "numeric must be an array",
		`{"a":[{"numeric":["~",1]}]}`:                      "unrecognized operator ~",
		`{"a":[{"numeric":[">","1"]}]}`:                    "must be a number",
		`{"a":[{"numeric":["<",1,">",0]}]}`:                "must start with",
		`{"a":[{"numeric":[">",5,"<",5]}]}`:                "less than its top",
		`{"a":[{"numeric":["=",5000000001]}]}`:             "between -5e9 and 5e9",
		`{"a":[{"numeric":["=",0.0000001]}]}`:              "6 decimal places",
		`{"a":[{"anything-but":[1,"x"]}]}`:                 "only strings or only numbers",
		`{"a":[{"anything-but":[]}]}`:                      "at least one",
		`{"a":[{"anything-but":null}]}`:                    "anything-but: the value",
		`{"a":[{"anything-but":{"prefix":""}}]}`:           "must not be empty",
		`{"a":[{"anything-but":{"cidr":"10.0.0.0/8"}}]}`:   `unrecognized operator "cidr"`,
		`{"a":[{"cidr":"10.0.0.0"}]}`:                      `cidr "10.0.0.0"`,
		`{"a":[{"cidr":"10.0.0.1/32"}]}`:                   "less than 32",
		`{"a":[{"wildcard":"a**b"}]}`:                      "consecutive",
		`{"a":[{"wildcard":"a\\b"}]}`:                      "backslash",
		`{"$or":[{"a":["x"]}]}`:                            "field $or: must be an array of at least two",
		`{"detail":{"$or":[{"a":["x"]},"y"]}}`:             "field detail.$or: must hold only objects",
		`{"$or":[{"a":["x"]},{"prefix":["y"]}]}`:           "field prefix: the name is reserved",
		`{"a":` + strings.Repeat(`{"a":`, 20000) + `["x"]`: "depth",
		`{"detail":{"x":{` + or(10) + `,"y":{` + or(10) + `,"z":{` + or(10) + `,"q":{` + or(2) + `}}}}}}`: "field detail.x.y.z.q.$or: makes more than 1000 combinations",
	} {
		_, err := eventbridge.ParsePattern([]byte(pattern))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("ParsePattern(%.80s) = %v, want an error that says %q", pattern, err, says)
		}
	}
}

// or returns a $or of n alternatives.
func or(n int) string {
	return `"$or":[` + strings.TrimSuffix(strings.Repeat(`{"v":["x"]},`, n), ",") + `]`
}

func FuzzPatterns(f *testing.F) {
	f.Add(`{"source":["a",1,null,{"prefix":"x"}]}`, sample)
	f.Add(`{"detail":{"$or":[{"c-count":[{"numeric":[">",0,"<=",5]}]},{"x":[{"exists":false}]}]}}`, sample)
	f.Add(`{"a":[{"anything-but":{"wildcard":["*x","\\*"]}},{"cidr":"::/1"}]}`, `{"a":["1e99999999999",1e99999999999]}`)
	f.Fuzz(func(t *testing.T, pattern, event string) {
		p, err := eventbridge.ParsePattern([]byte(pattern))
		if err != nil && !strings.HasPrefix(err.Error(), "event pattern: ") {
			t.Errorf("error without its subject: %v", err)
		}
		p.Match([]byte(event))
	})
}
