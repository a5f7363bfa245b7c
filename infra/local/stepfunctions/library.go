package stepfunctions

import (
	"reflect"
	"time"

	"github.com/recolabs/gnata"
)

// A native is a function of JSONata in Go; its arguments are valid for its signature.
type native func(args []any) (any, error)

// signatures returns the functions of JSONata that Step Functions has, with their
// signatures: those of jsonata.js, and those of "Transforming data with JSONata in
// Step Functions".
func signatures() map[string]string {
	return map[string]string{
		"sum": "a<n>", "count": "a", "max": "a<n>", "min": "a<n>", "average": "a<n>",
		"string": "x-b?", "substring": "s-nn?", "substringBefore": "s-s", "substringAfter": "s-s",
		"lowercase": "s-", "uppercase": "s-", "length": "s-", "trim": "s-", "pad": "s-ns?",
		"match": "s-fn?", "contains": "s-(sf)", "replace": "s-(sf)(sf)n?", "split": "s-(sf)n?", "join": "a<s>s?",
		"formatNumber": "n-so?", "formatBase": "n-n?", "formatInteger": "n-s", "parseInteger": "s-s", "number": "(nsb)-",
		"floor": "n-", "ceil": "n-", "round": "n-n?", "abs": "n-", "sqrt": "n-", "power": "n-n", "random": "n?",
		"boolean": "x-", "not": "x-", "map": "af", "zip": "a+", "filter": "af", "single": "af?", "reduce": "afj?", "sift": "o-f?",
		"keys": "x-", "lookup": "x-s", "append": "xx", "exists": "x", "spread": "x-", "merge": "a<o>", "reverse": "a",
		"each": "o-f", "error": "s?", "assert": "bs?", "type": "x", "sort": "af?", "shuffle": "a", "distinct": "x",
		"base64encode": "s-", "base64decode": "s-", "encodeUrlComponent": "s-", "encodeUrl": "s-",
		"decodeUrlComponent": "s-", "decodeUrl": "s-", "toMillis": "s-s?", "fromMillis": "n-s?s?", "clone": "(oa)-",
		"now": "s?s?", "millis": "", "parse": "s-", "partition": "an", "range": "nnn", "hash": "ss", "uuid": "",
		"_wildcard": "x", "_descendants": "x",
	}
}

// newLibrary returns the functions of [signatures], as values of gnata.
func newLibrary(now func() time.Time, newID func() string) map[string]any {
	return bindLibrary(gnata.NewCustomEnv(nil), natives(now, newID))
}

// bindLibrary returns each function, held to its signature: a native one, or else gnata's.
// E is the type of an environment, which only gnata can name.
func bindLibrary[E interface{ Lookup(string) (any, bool) }](env E, own map[string]native) map[string]any {
	gnatas, _ := env.Lookup("map") // a function of the type that is given its caller's environment
	library := map[string]any{}
	for name, text := range signatures() {
		s := parseSignature(name, text)
		var call function[E]
		if f, ok := own[name]; ok {
			call = func(args []any, _ any, _ E) (any, error) { return f(args) }
		} else {
			call = gnatasOwn(name, env)
		}
		checked := function[E](func(args []any, focus any, env E) (any, error) {
			valid, err := s.validate(args, focus)
			if err != nil {
				return nil, err
			}
			return call(valid, focus, env)
		})
		// gnata calls only values of its own type of function, which it doesn't export.
		library[name] = reflect.ValueOf(checked).Convert(reflect.TypeOf(gnatas)).Interface()
	}
	return library
}

// gnatasOwn returns a function that gnata has, with its arguments and its result put right.
func gnatasOwn[E interface{ Lookup(string) (any, bool) }](name string, env E) function[E] {
	bound, _ := env.Lookup(name)
	original := functionOf[E](bound)
	return func(args []any, focus any, env E) (any, error) {
		args, err := adapted(name, args)
		if err != nil {
			return nil, err
		}
		if name == "each" || name == "sift" {
			args[1] = unary[E](args[1])
		}
		result, err := original(args, focus, env)
		if list, ok := result.([]any); ok && name == "filter" {
			return unwrapped(list), err
		}
		return result, err
	}
}

// unary makes a function that is not written in JSONata take its first argument
// alone, as its callers don't know how many it takes.
func unary[E any](callback any) any {
	t := reflect.TypeOf(callback)
	if t == nil || t.Kind() != reflect.Func {
		return callback
	}
	f := functionOf[E](callback)
	first := function[E](func(args []any, focus any, env E) (any, error) { return f(args[:1], focus, env) })
	if v := reflect.ValueOf(first); v.CanConvert(t) {
		return v.Convert(t).Interface()
	}
	return callback
}

// A function is one of gnata's. Unlike what gnata calls a custom function, it sees
// null apart from undefined, and objects with their order.
type function[E any] func(args []any, focus any, env E) (any, error)

// functionOf returns a function that gnata has bound to a name.
func functionOf[E any](value any) function[E] {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer { // a function together with its signature
		v = v.Elem().FieldByName("Fn")
	}
	if full := reflect.TypeFor[function[E]](); v.CanConvert(full) {
		return v.Convert(full).Interface().(function[E])
	}
	short := v.Convert(reflect.TypeFor[func([]any, any) (any, error)]()).Interface().(func([]any, any) (any, error))
	return func(args []any, focus any, _ E) (any, error) { return short(args, focus) }
}
