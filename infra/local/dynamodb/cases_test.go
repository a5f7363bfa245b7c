package dynamodb_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway/infra/local/clock"
	"slipway/infra/local/dynamodb"
	"slipway/infra/local/store"
)

var endpoint = flag.String("endpoint", "", "send the cases to this DynamoDB Local instead of the engine, and expect its answers")

// A caseFile is a file of testdata/cases. Each of its cases runs on fresh
// tables after the requests of the setup. In all of them, «ab*3» in a string
// stands for ababab.
type caseFile struct {
	Tables []json.RawMessage
	Setup  []call
	Cases  []struct {
		Name string
		call
		Answer  answer
		Local   *answer // what DynamoDB Local answers, where that is something else
		Because string  // why it does
	}
}

type call struct {
	Op      string
	Request json.RawMessage
}

// An answer is the body of an answer; that of an error without the members
// __type and message, which are then Error and Message.
type answer struct {
	Error, Message string
	Body           any
}

func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata/cases holds no cases: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var file caseFile
			if err := json.Unmarshal(raw, &file); err != nil {
				t.Fatal(err)
			}
			file.run(t)
		})
	}
}

func (f caseFile) run(t *testing.T) {
	for _, c := range f.Cases {
		t.Run(c.Name, func(t *testing.T) {
			send, want := freshEngine(t), c.Answer
			if *endpoint != "" {
				send = freshEndpoint(t)
				if c.Local != nil {
					want = *c.Local
				}
			}
			for _, table := range f.Tables {
				if made := send("CreateTable", table); made.Error != "" {
					t.Fatalf("CreateTable: %v", made)
				}
			}
			for _, s := range f.Setup {
				if done := send(s.Op, s.Request); done.Error != "" {
					t.Fatalf("setup %s: %v", s.Op, done)
				}
			}
			if diff := cmp.Diff(unordered(want), unordered(send(c.Op, c.Request))); diff != "" {
				t.Errorf("%s %s: (-want +got)\n%s", c.Op, c.Request, diff)
			}
		})
	}
}

var typeSet = regexp.MustCompile(`\{([A-Z]+(,[A-Z]+)+)\}`)

// unordered sorts the sets of types in a message, whose order DynamoDB Local leaves to chance.
func unordered(a answer) answer {
	a.Message = typeSet.ReplaceAllStringFunc(a.Message, func(set string) string {
		types := strings.Split(strings.Trim(set, "{}"), ",")
		slices.Sort(types)
		return "{" + strings.Join(types, ",") + "}"
	})
	return a
}

// freshEngine sends to an engine of its own.
func freshEngine(t *testing.T) func(operation string, request json.RawMessage) answer {
	engine := dynamodb.New(dynamodb.Config{Store: store.NewMemory(), Clock: clock.NewVirtual(start)})
	return sender(t, &http.Client{Transport: transport{engine}}, "http://dynamodb.local")
}

// freshEndpoint sends to the endpoint, of which it deletes the tables that the cases use.
func freshEndpoint(t *testing.T) func(operation string, request json.RawMessage) answer {
	send := sender(t, http.DefaultClient, *endpoint)
	for _, table := range []string{"Items", "Log", "New1"} {
		send("DeleteTable", json.RawMessage(`{"TableName":"`+table+`"}`))
	}
	return send
}

func sender(t *testing.T, client *http.Client, url string) func(string, json.RawMessage) answer {
	return func(operation string, request json.RawMessage) answer {
		t.Helper()
		_, raw, err := post(t.Context(), client, url, operation, expand(request))
		if err != nil {
			t.Fatal(err)
		}
		return parseAnswer(t, raw)
	}
}

var repetition = regexp.MustCompile(`«(.*?)\*(\d+)»`)

func expand(request json.RawMessage) []byte {
	return repetition.ReplaceAllFunc(request, func(found []byte) []byte {
		parts := repetition.FindSubmatch(found)
		n, err := strconv.Atoi(string(parts[2]))
		if err != nil {
			panic(err)
		}
		return []byte(strings.Repeat(string(parts[1]), n))
	})
}

func parseAnswer(t *testing.T, raw []byte) answer {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatal(err)
	}
	var a answer
	if kind, is := body["__type"].(string); is {
		_, a.Error, _ = strings.Cut(kind, "#")
		for _, name := range []string{"message", "Message"} {
			if message, is := body[name].(string); is {
				a.Message = message
				delete(body, name)
			}
		}
		delete(body, "__type")
		if len(body) == 0 {
			return a
		}
	}
	a.Body = sortSets(body)
	return a
}

// sortSets brings the elements of sets into order, as they have none on the wire.
func sortSets(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			elements, isArray := member.([]any)
			if (name == "SS" || name == "NS" || name == "BS") && isArray {
				slices.SortFunc(elements, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
			}
			sortSets(member)
		}
	case []any:
		for _, element := range v {
			sortSets(element)
		}
	}
	return v
}
