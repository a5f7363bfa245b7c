package pattern_test

import (
	"testing"

	"slipway/shared/pattern"
)

func TestAPatternAdmitsWhatItsOtherFieldsMayLetThrough(t *testing.T) {
	const unknown = "of nobody"
	for text, want := range map[string]map[string]bool{
		`{"source":["slipway"]}`:                                            {"slipway": true, unknown: false},
		`{"source":["slipway"],"detail":{"x":[1]}}`:                         {"slipway": true, unknown: false},
		`{"detail":{"x":[1]}}`:                                              {"slipway": true, unknown: true},
		`{"source":[{"anything-but":"slipway"}]}`:                           {"slipway": false, unknown: true},
		`{"source":[{"exists":true}]}`:                                      {"slipway": true, unknown: true},
		`{"source":[{"exists":false}]}`:                                     {"slipway": false, unknown: false},
		`{"source":[{"prefix":"slip"},{"prefix":""}]}`:                      {"slipway": true, unknown: true},
		`{"source":[{"wildcard":"*way"}]}`:                                  {"slipway": true, unknown: false},
		`{"$or":[{"source":["aws.s3"]},{"detail":{"source":["slipway"]}}]}`: {"slipway": true, unknown: true},
		`{"$or":[{"source":["aws.s3"]},{"source":["aws.ec2"]}]}`:            {"slipway": false, "aws.ec2": true, unknown: false},
	} {
		p, err := pattern.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for source, admits := range want {
			if got := p.Admits(map[string]string{"source": source}); got != admits {
				t.Errorf("%s admits events of %q: %t, want %t", text, source, got, admits)
			}
		}
	}
}

func TestAPatternAdmitsEveryEventThatItMatches(t *testing.T) {
	p, err := pattern.Parse([]byte(`{"detail":{"runbook":["a"],"$or":[{"x":["y"]},{"z":[{"exists":false}]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	for runbook, want := range map[string]bool{"a": true, "b": false} {
		if got := p.Admits(map[string]string{"source": "slipway", "detail.runbook": runbook}); got != want {
			t.Errorf("events of runbook %s are admitted: %t, want %t", runbook, got, want)
		}
	}
}
