package stepfunctions_test

import (
	"encoding/json"
	"testing"
)

// The results are those of jsonata.js 2.2.2 on the same input or, for the functions
// that Step Functions adds, what is known of the service.
func TestExpressionsGiveWhatJSONataGives(t *testing.T) {
	const input = `{"one":[1],"none":[],"nested":[[1]],"o":{"b":1,"a":{"z":null,"y":"<é>"}},"list":[{"v":1},{"v":2},{"w":3}],"big":12345678901,"text":"a\"b"}`
	for expression, want := range map[string]string{
		`$states.input.one`:                          `[1]`,
		`$states.input.none`:                         `[]`,
		`$states.input.nested`:                       `[[1]]`,
		`$states.input.o`:                            `{"b":1,"a":{"z":null,"y":"<é>"}}`,
		`$states.input.list.v`:                       `[1,2]`,
		`[$states.input.list.v]`:                     `[1,2]`,
		`{"all":$states.input.list.v,"no":$missing}`: `{"all":[1,2]}`,
		`$states.input.list[v=1].v`:                  `1`,
		`$states.input.list[v=1][]`:                  `[{"v":1}]`,
		`$states.input.big + 1`:                      `12345678902`,
		`$states.input.text & '!'`:                   `"a\"b!"`,
		`-0 * 1`:                                     `0`,
		`0.1 + 0.2`:                                  `0.30000000000000004`,
		`1e21`:                                       `1e+21`,
		`$map([1,2], function($v) { $v * 2 })`:       `[2,4]`,
		`$states.input.o ~> |a|{"z":5}|`:             `{"b":1,"a":{"z":5,"y":"<é>"}}`,
		`/* $$ */ "$$ and $states.x"`:                `"$$ and $states.x"`,
		`$range(3,1,-1)`:                             `[3,2,1]`,
		`$range(1,1,1)`:                              `1`,
		`$partition([{"b":1,"a":null},2],2.9)`:       `[[{"a":null,"b":1},2]]`,
		`$hash("content","MD5")`:                     `"9a0364b9e99bb480dd25e1f0284c8555"`,
		`$count($shuffle([1..5]))`:                   `5`,
		`$parse("{\"b\":1,\"a\":[null]}")`:           `{"b":1,"a":[null]}`,
	} {
		if got := evaluate(t, expression, input); got.Output != want {
			t.Errorf("%s = %s %s, want %s", expression, got.Output, got.Cause, want)
		}
	}
}

func TestExpressionsThatFailAreQueryEvaluationErrors(t *testing.T) {
	for _, expression := range []string{`1 + "a"`, `$parse("{")`, `$hash("a","CRC")`, `$range(1,10,0)`, `$partition([],2)`, `$error("no")`,
		`function($x) { $x }`, `$unknown(1)`, `missing`, `$range(1,400000,1)`, `$now("[Y]")`} {
		if got := evaluate(t, expression, `{}`); got.Error != "States.QueryEvaluationError" {
			t.Errorf("%s: %s", expression, describe(got))
		}
	}
}

func evaluate(t *testing.T, expression, input string) ending {
	t.Helper()
	quoted, err := json.Marshal("{% " + expression + " %}")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, nil)
	r.create(machine(`"A":{"Type":"Pass","Output":` + string(quoted) + `,"End":true}`))
	r.start(input)
	r.clock.Run()
	return r.ending()
}
