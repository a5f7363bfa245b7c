package stepfunctions_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// FuzzExpression holds that every text is refused, or evaluated to its end, to the
// same outcome each time.
func FuzzExpression(f *testing.F) {
	tables := readTables(f)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for i, c := range tables[name].Cases {
			if i%20 == 0 {
				f.Add(c.Expression)
			}
		}
	}
	for _, text := range []string{"", "(", "%}", "\x00", "/", "$", "/[/", "`", "\"\\", "/*", "$$", "$.$", "**", "~>", "a.%.^", "#$i[", "\xff"} {
		f.Add(text)
	}
	variables := map[string]json.RawMessage{"s": json.RawMessage(`{"version":3,"tags":["a"],"none":null,"projects":[{"name":"n","releases":[{"size":1}]}]}`)}
	f.Fuzz(func(t *testing.T, expression string) {
		if len(expression) > 200 || strings.Contains(expression, "..") {
			return // a range of 10,000,000 is right, and takes too long to try many
		}
		first, why := newEvaluator(t, variables).outcome(expression)
		if second, _ := newEvaluator(t, variables).outcome(expression); first.String() != second.String() {
			t.Errorf("%q gives %s %s and then %s", expression, first, why, second)
		}
	})
}

func TestExpressionsThatNestOrRepeatWithoutEndAreStopped(t *testing.T) {
	const deep = 4000
	const stackOverflow, failed = "error U1001", "error failed"
	for name, c := range map[string]struct{ expression, want string }{
		"parentheses":      {strings.Repeat("(", deep) + "1" + strings.Repeat(")", deep), "1"},
		"arrays":           {strings.Repeat("[", deep) + strings.Repeat("]", deep), strings.Repeat("[", deep) + strings.Repeat("]", deep)},
		"signs":            {strings.Repeat("-", 2*deep) + "1", "1"},
		"conditions":       {strings.Repeat("0?0:", deep) + "1", "1"},
		"too many bytes":   {strings.Repeat("1+", 20_000) + "1", failed},
		"recursion":        {`($f := function($n){1 + $f($n)}; $f(1))`, stackOverflow},
		"through $map":     {`($f := function($n){$map([$n], $f)}; $f(1))`, stackOverflow},
		"through $filter":  {`($f := function($n){$filter([$n], $f)}; $f(1))`, stackOverflow},
		"through $each":    {`($f := function($n){$each({"a":1}, $f)}; $f(1))`, stackOverflow},
		"through $sort":    {`($f := function($a,$b){$sort([2,1], $f)}; $f(1,2))`, stackOverflow},
		"through $replace": {`($f := function($m){$replace("a", /a/, $f)}; $f(1))`, stackOverflow},
		"through partial":  {`($f := function($m){($g := $f(?); $g($m))}; $f(1))`, stackOverflow},
		"through a chain":  {`($f := function($m){$m ~> $f ~> $f}; $f(1))`, stackOverflow},
		"tail calls":       {`($f := function($n){$f($n + 1)}; $f(1))`, failed},
	} {
		t.Run(name, func(t *testing.T) {
			if got, why := newEvaluator(t, nil).outcome(c.expression); got.String() != c.want {
				t.Errorf("got %.200s %.200s, want %.200s", got, why, c.want)
			}
		})
	}
}
