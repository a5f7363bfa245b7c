package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"slipway/shared/pipeline"
)

// prompting is a runbook that asks for a bucket, a number of days and a mode.
func prompting() pipeline.Runbook {
	return pipeline.Runbook{Name: "clean-up", Prompts: []pipeline.Prompt{
		{Name: "BUCKET", Label: "the bucket", Required: true}, {Name: "DAYS", Default: "30"}, {Name: "MODE", Default: "dry", Options: []string{"dry", "wet"}}}}
}

func TestAnswersAreWhatIsGivenOrTheDefaultInTheOrderOfThePrompts(t *testing.T) {
	for _, c := range []struct {
		given map[string]string
		want  []pipeline.Answer
	}{
		{map[string]string{"BUCKET": "b"}, []pipeline.Answer{{Name: "BUCKET", Value: "b"}, {Name: "DAYS", Value: "30"}, {Name: "MODE", Value: "dry"}}},
		{map[string]string{"MODE": "wet", "DAYS": "", "BUCKET": "a $(b)"}, []pipeline.Answer{{Name: "BUCKET", Value: "a $(b)"}, {Name: "DAYS", Value: ""}, {Name: "MODE", Value: "wet"}}},
	} {
		if got, err := prompting().Answer(c.given); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v answers %v, %v; want %v", c.given, got, err, c.want)
		}
	}
}

func TestAnswersThatAPromptDoesNotTakeAreRefusedByName(t *testing.T) {
	long := strings.Repeat("x", pipeline.MaxAnswer)
	_, err := prompting().Answer(map[string]string{"BUCKET": long})
	must(t, err)
	for name, given := range map[string]map[string]string{
		"BUCKET": {"DAYS": "1"},
		"DAYS":   {"BUCKET": "b", "DAYS": long + "x"},
		"MODE":   {"BUCKET": "b", "MODE": "damp"},
		"bucket": {"BUCKET": "b", "bucket": "c"},
		"NUL":    {"BUCKET": "a\x00b"},
	} {
		_, err := prompting().Answer(given)
		wantError(t, name, err, pipeline.ErrInvalid)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	_, err = pipeline.Runbook{Name: "clean-up"}.Answer(map[string]string{"DAYS": "1"})
	wantError(t, "a value for a runbook without prompts", err, pipeline.ErrInvalid)
}
