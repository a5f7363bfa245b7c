package stepfunctions_test

import (
	"encoding/json"
	"testing"
)

func TestExpressionsThatFailAreQueryEvaluationErrors(t *testing.T) {
	for _, expression := range []string{`1 + "a"`, `$parse("{")`, `$hash("a","CRC")`, `$range(1,10,0)`, `$partition([],2)`, `$error("no")`,
		`function($x) { $x }`, `$unknown(1)`, `missing`, `$range(1,400000,1)`} {
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
