package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"slipway/shared/pipeline"
)

// three is a lifecycle of three phases: dev and eu by themselves, staging by
// itself, production on request.
func three() pipeline.Lifecycle {
	return pipeline.Lifecycle{Name: "default", Phases: []pipeline.Phase{
		{Name: "development", Environments: []string{"dev", "eu"}, Entry: pipeline.EntryAutomatic},
		{Name: "acceptance", Environments: []string{"staging"}, Entry: pipeline.EntryAutomatic},
		{Name: "live", Environments: []string{"production"}, Entry: pipeline.EntryOnRequest},
		{Name: "archive", Environments: []string{"cold"}, Entry: pipeline.EntryAutomatic},
	}}
}

// history returns deployments of a release: "dev:failed dev:succeeded" are two attempts.
func history(text string) []pipeline.Deployment {
	var all []pipeline.Deployment
	for i, word := range strings.Fields(text) {
		environment, status, _ := strings.Cut(word, ":")
		d := deployment(1, environment, pipeline.Status(status))
		attempt, _ := pipeline.NextAttempt(all, environment)
		d.ID.Attempt, d.FinishedAt = attempt, at(i)
		all = append(all, d)
	}
	return all
}

func TestAReleaseEntersEachAutomaticPhaseOnceItHasPassedTheOneBefore(t *testing.T) {
	for text, want := range map[string]string{
		"":                                             "dev eu",
		"dev:requested":                                "eu",
		"dev:failed eu:succeeded":                      "", // somebody has to try again
		"dev:succeeded eu:running":                     "",
		"dev:succeeded eu:succeeded":                   "staging",
		"dev:superseded eu:succeeded":                  "",
		"dev:failed dev:succeeded eu:succeeded":        "staging",
		"dev:succeeded eu:succeeded staging:failed":    "",
		"dev:succeeded eu:succeeded staging:succeeded": "", // production is on request
		"dev:succeeded eu:succeeded staging:succeeded production:running":               "",
		"dev:succeeded eu:succeeded staging:succeeded production:succeeded":             "cold",
		"dev:succeeded eu:succeeded staging:succeeded production:succeeded cold:failed": "",
		"dev:succeeded dev:failed eu:succeeded":                                         "staging", // a success stays one
	} {
		if due := strings.Join(three().Due(history(text)), " "); due != want {
			t.Errorf("after %q due is %q, want %q", text, due, want)
		}
	}
}

func TestAPhaseIsPassedWhenEveryEnvironmentHasTheRelease(t *testing.T) {
	phase := three().Phases[0]
	for text, missing := range map[string]string{"": "dev eu", "dev:succeeded": "eu", "eu:succeeded dev:rejected": "dev", "dev:succeeded eu:succeeded": ""} {
		got := strings.Join(phase.Missing(history(text)), " ")
		if got != missing || phase.Passed(history(text)) != (missing == "") {
			t.Errorf("after %q missing is %q, want %q", text, got, missing)
		}
	}
}

func TestTheFirstSuccessIsTheEarliest(t *testing.T) {
	all := history("dev:failed dev:succeeded eu:succeeded dev:succeeded")
	slices.Reverse(all)
	if d, ok := pipeline.FirstSuccess(all, "dev"); !ok || d.ID.Attempt != 2 {
		t.Errorf("it is attempt %d, %t", d.ID.Attempt, ok)
	}
	if _, ok := pipeline.FirstSuccess(all, "staging"); ok {
		t.Error("there is one where nothing was deployed")
	}
}

func TestAttemptsCountPerEnvironmentAndTellOfTheOneUnderWay(t *testing.T) {
	for text, want := range map[string]int{"": 1, "eu:failed": 1, "dev:failed": 2, "dev:failed dev:cancelled eu:running": 3} {
		if attempt, active := pipeline.NextAttempt(history(text), "dev"); attempt != want || active != nil {
			t.Errorf("after %q the next attempt is %d with %v under way, want %d", text, attempt, active, want)
		}
	}
	for _, status := range statuses() {
		_, active := pipeline.NextAttempt(history("dev:failed dev:"+string(status)), "dev")
		if (active != nil) != !status.Terminal() || active != nil && active.ID.Attempt != 2 {
			t.Errorf("with attempt 2 %s, under way is %v", status, active)
		}
	}
}

func TestALifecycleKnowsThePhaseOfAnEnvironment(t *testing.T) {
	for environment, want := range map[string]int{"dev": 0, "eu": 0, "staging": 1, "production": 2, "elsewhere": -1} {
		if got := three().Position(environment); got != want {
			t.Errorf("%s is in phase %d, want %d", environment, got, want)
		}
	}
}
