package dynamodb_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A caseFile is a file of testdata/cases. Each of its cases runs on fresh
// tables after the requests of the setup. In all of them, «ab*3» in a string
// stands for ababab.
type caseFile struct {
	name   string
	Tables []json.RawMessage
	Setup  []call
	Cases  []testCase
}

type testCase struct {
	Name string
	call
	Answer     answer
	Local      *answer // what DynamoDB Local answers, where that is something else
	Difference string  // what of the deviation that it shows
}

type call struct {
	Op      string
	Request json.RawMessage
}

// caseFiles reads all of testdata/cases.
func caseFiles(t *testing.T) []caseFile {
	t.Helper()
	names, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("testdata/cases holds no cases: %v", err)
	}
	var files []caseFile
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file := caseFile{name: strings.TrimSuffix(filepath.Base(name), ".json")}
		if err := json.Unmarshal(raw, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		files = append(files, file)
	}
	return files
}

func TestCases(t *testing.T) {
	for _, file := range caseFiles(t) {
		t.Run(file.name, func(t *testing.T) {
			for _, c := range file.Cases {
				t.Run(c.Name, func(t *testing.T) { file.run(t, c, freshEngine(), c.Answer) })
			}
		})
	}
}

// run sends one case to a peer without tables and expects an answer.
func (f caseFile) run(t *testing.T, c testCase, to peer, want answer) {
	t.Helper()
	send := func(operation string, request json.RawMessage) answer {
		t.Helper()
		answered, err := to.send(t.Context(), operation, expand(request))
		if err != nil {
			t.Fatal(err)
		}
		return answered
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
	got := send(c.Op, c.Request)
	if status := statusOf(want.Error); got.Status != status {
		t.Errorf("%s %s: status %d, want %d", c.Op, c.Request, got.Status, status)
	}
	got.Status = 0
	if diff := cmp.Diff(unordered(want), unordered(got)); diff != "" {
		t.Errorf("%s %s: (-want +got)\n%s", c.Op, c.Request, diff)
	}
}

// statusOf is the status that comes with an error, "" being none.
func statusOf(failure string) int {
	switch failure {
	case "":
		return http.StatusOK
	case "InternalFailure":
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

var lists = regexp.MustCompile(`\{[^{} ]+(, ?[^{} ]+)+\}|(project|attributes:) \[.*\]`)

// unordered sorts the lists of names in a message, whose order DynamoDB Local leaves to chance.
func unordered(a answer) answer {
	a.Message = lists.ReplaceAllStringFunc(a.Message, func(list string) string {
		from := strings.IndexAny(list, "{[") + 1
		names := strings.Split(strings.ReplaceAll(list[from:len(list)-1], ", ", ","), ",")
		slices.Sort(names)
		return list[:from] + strings.Join(names, ", ") + list[len(list)-1:]
	})
	return a
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
