package dialogue_test

import (
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/infra/local/conformance/dialogue"
)

// A counter answers with its number, its time and what it was asked.
func counter() http.HandlerFunc {
	n := 6
	return func(w http.ResponseWriter, r *http.Request) {
		n++
		w.Header().Set("Location", fmt.Sprintf("http://localhost:80/things/%d", n))
		fmt.Fprintf(w, "<Thing><Id>%d</Id><Asked>%s</Asked><Made>2026-03-01T12:00:00Z</Made><None/></Thing>", n, html.EscapeString(r.URL.RequestURI()))
	}
}

func peer() dialogue.Peer {
	return dialogue.Peer{Do: dialogue.Handler(counter()), View: dialogue.View{Headers: []string{"location"}}}
}

func TestWhatAStepKeepsStandsForItInLaterRequestsAndInAnswers(t *testing.T) {
	answers, err := peer().Play(&dialogue.Scenario{Name: "things are counted", Steps: []*dialogue.Step{
		{Send: "GET /", Keep: map[string]string{"id": "body Id"}},
		{Send: "GET /things/${id}?a=1?b=2"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"200 map[location:/things/${id}] map[Thing:map[Asked:/ Id:${id} Made:<time>]]",
		"200 map[location:/things/8] map[Thing:map[Asked:/things/${id}?a=1&b=2 Id:8 Made:<time>]]",
	} {
		if got := fmt.Sprint(answers[i].Status, answers[i].Headers, answers[i].Body); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("step %d: %s\nwant %s", i+1, got, want)
		}
	}
}

func TestAnswersAreComparedPlaceByPlace(t *testing.T) {
	one := &dialogue.Answer{Status: 200, Headers: map[string]string{"etag": "a"},
		Body: map[string]any{"List": map[string]any{"Key": []any{"a", "b"}, "Size": "1"}}}
	for want, other := range map[string]*dialogue.Answer{
		"":                        {Status: 200, Headers: map[string]string{"etag": "a"}, Body: one.Body},
		"status":                  {Status: 404},
		"body; header etag":       {Status: 200, Body: "text"},
		"body List.Key":           {Status: 200, Headers: one.Headers, Body: map[string]any{"List": map[string]any{"Key": []any{"a", "c"}, "Size": "1"}}},
		"body List.More":          {Status: 200, Headers: one.Headers, Body: map[string]any{"List": map[string]any{"Key": []any{"a", "b"}, "Size": "1", "More": "x"}}},
		"body List.Key; header x": {Status: 200, Headers: map[string]string{"etag": "a", "x": "1"}, Body: map[string]any{"List": map[string]any{"Key": "a", "Size": "1"}}},
	} {
		var places []string
		for place := range dialogue.Compare(one, other) {
			places = append(places, place)
		}
		slices.Sort(places)
		if got := strings.Join(places, "; "); got != want {
			t.Errorf("%v: differs in %q, want %q", other, got, want)
		}
	}
}

func TestATableIsReadAsItWasWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "table.json")
	text := "[\n{\"name\": \"a <b>\", \"steps\": [\n  {\"send\":\"GET /?a&b\",\"want\":{\"status\":200}},\n  {\"call\":\"List\",\"with\":{\"a\":1}}\n]},\n{\"name\": \"c\", \"steps\": [\n]}\n]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	scenarios, err := dialogue.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := dialogue.Write(file, scenarios); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != text {
		t.Errorf("%v\n%s\nwant\n%s", err, got, text)
	}
}

func TestATableWithAnUnknownMemberIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "table.json")
	if err := os.WriteFile(file, []byte(`[{"name": "a", "steps": [{"sent": "GET /"}]}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := dialogue.Read(file); err == nil || !strings.Contains(err.Error(), `"sent"`) {
		t.Errorf("%v must name the member", err)
	}
}
