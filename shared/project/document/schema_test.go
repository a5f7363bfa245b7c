package document_test

import (
	"strings"
	"testing"

	"slipway/shared/project/document"
)

const recipe = `{
  "type": "object", "additionalProperties": false, "required": ["title"],
  "properties": {
    "title": {"type": "string", "maxLength": 5, "minLength": 2},
    "tags": {"type": "array", "uniqueItems": true, "maxItems": 3, "items": {"type": "string", "pattern": "^[a-z]+$"}},
    "serves": {"type": "integer", "exclusiveMinimum": 0, "description": "how many it feeds."},
    "oven": {"title": "an oven", "description": "cook on the hob", "not": {}},
    "raw": {"const": true},
    "time": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+m$"}], "description": "minutes"},
    "extra": {"$ref": "extra.json"},
    "bare": false,
    "keys": {"propertyNames": {"pattern": "^[a-z]+$"}, "maxProperties": 1},
    "even": {"multipleOf": 2}
  },
  "if": {"required": ["serves"]}, "then": {"required": ["tags"]},
  "$defs": {"extra": {"$id": "extra.json", "$ref": "#/$defs/word", "$defs": {"word": {"type": "string", "title": "word", "description": "letters", "pattern": "^[a-z]+$"}}}}
}`

func TestSchemaProblemsAreSaidInTheAuthorsWords(t *testing.T) {
	schema, err := document.Compile([]byte(recipe))
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"title: tea":                       "",
		"serves: 2\ntags: [a]":             `1:1: the recipe has no "title"; add "title"`,
		"title: tea\nserves: 2":            `1:1: the recipe has no "tags"; add "tags"`,
		"title: coffee":                    `1:8: "title" has 6 characters; at most 5 are accepted`,
		"title: ''":                        `1:8: "title" is empty; fill it`,
		"title: t":                         `1:8: "title" is too short; fill it`,
		"title:":                           `1:1: "title" has no value; write text`,
		"title: 1":                         `1:8: "title" is the number 1; write text; quotes make it text`,
		"title: {x}":                       `1:8: "title" is a mapping of keys to values; write text; text that starts with a brace or a bracket stands in quotes`,
		"title: tea\ntags: [a, b, a]":      `2:14: items 1 and 3 of "tags" are the same; remove one of them`,
		"title: tea\ntags: [a, b, c, d]":   `2:1: "tags" has 4 items; at most 3 are accepted`,
		"title: tea\ntags:\n  - a\n  - B":  `4:5: item 2 of "tags": "B" is no fitting text; write text that matches ^[a-z]+$`,
		"title: tea\nserves: 0\ntags: [a]": `2:9: "serves" is 0; write more than 0: how many it feeds`,
		"title: tea\noven: 1":              `2:7: an oven is not built yet; cook on the hob`,
		"title: tea\noven:\n  a: 1":        `2:1: an oven is not built yet; cook on the hob`,
		"title: tea\nraw: false":           `2:6: "raw" is the truth value false; write true`,
		"title: tea\ntime: 1h":             `2:1: "time" is in none of the forms that it may have; write one of them: minutes`,
		"title: tea\nextra: A":             `2:8: "extra": "A" is no word; write one: letters`,
		"title: tea\nbare: 1":              `2:1: "bare" is not accepted here; remove it`,
		"title: tea\nkeys: {A: 1}":         `1:1: the recipe: the key "A" is not accepted; choose another key`,
		"title: tea\nkeys: {a: 1, b: 2}":   `2:1: "keys" has 2 keys; at most 1 are accepted`,
		"title: tea\neven: 3":              `2:1: "even": multipleOf: got 3, want 2`,
		"title: tea\ntag: [a]":             `2:1: the recipe has the unknown key "tag"; did you mean "tags"? the keys here are`,
	} {
		root := parse(t, source)
		problems := schema.Check(root, "the recipe")
		if (want == "") != (len(problems) == 0) || !strings.HasPrefix(problems.Error(), want) || len(problems) > 1 {
			t.Errorf("%q:\n%v\nwant %s", source, problems, want)
		}
	}
}

func TestSchemasAreWhole(t *testing.T) {
	for _, source := range []string{`{`, `{"type": 1}`, `{"$ref": "https://example.com/x.json"}`} {
		if _, err := document.Compile([]byte(source)); err == nil {
			t.Errorf("Compile(%s) finds nothing wrong", source)
		}
	}
}
