package pipeline_test

import (
	"encoding/json"
	"strings"
	"testing"

	"slipway/shared/pipeline"
)

func TestRunIDsSurviveTheirText(t *testing.T) {
	longest := pipeline.RunID{Project: strings.Repeat("p", pipeline.MaxName), Runbook: strings.Repeat("b", pipeline.MaxName), Number: 999999999}
	for _, id := range []pipeline.RunID{{Project: "storefront", Runbook: "nightly-backup", Number: 17}, {Project: "a-b", Runbook: "12", Number: 1}, longest} {
		parsed, err := pipeline.ParseRunID(id.String())
		if err != nil || parsed != id {
			t.Errorf("%s became %+v, %v", id, parsed, err)
		}
	}
	if n := len(longest.String()); n > 80 {
		t.Errorf("the longest id has %d characters; the name of an execution has at most 80", n)
	}
}

func TestOnlyRunIDsAreRunIDs(t *testing.T) {
	for _, text := range []string{"", "storefront", "storefront_nightly-backup", "storefront_nightly-backup_0", "storefront_nightly-backup_017", "storefront_nightly-backup_-1",
		"storefront_nightly-backup_1_1", "storefront_nightly_backup_1", "Storefront_nightly-backup_1", "_nightly-backup_1", "storefront__1", "storefront_nightly-backup_1\n",
		"storefront_nightly-backup_1000000000", "storefront_" + strings.Repeat("b", pipeline.MaxName+1) + "_1", "storefront_12_production_1"} {
		_, err := pipeline.ParseRunID(text)
		wantError(t, text, err, pipeline.ErrInvalid)
	}
}

func TestADeploymentAndARunAreNeverTakenForEachOther(t *testing.T) {
	for text, isRun := range map[string]bool{
		"storefront_12_production_1":   false,
		"storefront_nightly-backup_17": true,
		"1_2_3_4":                      false, // as alike as they can be
		"1_2_3":                        true,
	} {
		id, err := pipeline.ParseExecutionID(text)
		must(t, err)
		_, notADeployment := pipeline.ParseDeploymentID(text)
		_, notARun := pipeline.ParseRunID(text)
		if id.IsRun() != isRun || (notARun == nil) != isRun || (notADeployment == nil) == isRun {
			t.Errorf("%s is %+v; as a deployment: %v; as a run: %v", text, id, notADeployment, notARun)
		}
		project, _, _ := strings.Cut(text, "_")
		if id.String() != text || id.Project() != project {
			t.Errorf("%s became %s of project %s", text, id, id.Project())
		}
	}
}

func TestAnIDThatIsNeitherSaysWhatBothLookLike(t *testing.T) {
	_, err := pipeline.ParseExecutionID("storefront")
	wantError(t, "storefront", err, pipeline.ErrInvalid)
	for _, example := range []string{`"storefront"`, "storefront_12_production_1", "storefront_nightly-backup_17"} {
		if err == nil || !strings.Contains(err.Error(), example) {
			t.Errorf("%v does not tell %s", err, example)
		}
	}
}

func TestZeroIDsAreEmptyText(t *testing.T) {
	type ids struct {
		Run       pipeline.RunID       `json:"run"`
		Execution pipeline.ExecutionID `json:"execution"`
	}
	run := pipeline.RunID{Project: "storefront", Runbook: "clean-up", Number: 1}
	for text, want := range map[string]ids{
		`{"run":"","execution":""}`: {},
		`{"run":"storefront_clean-up_1","execution":"storefront_clean-up_1"}`: {run, pipeline.ExecutionID{Run: run}},
		`{"run":"","execution":"storefront_1_dev_1"}`:                         {Execution: pipeline.ExecutionID{Deployment: deployment(1, "dev", pipeline.StatusRunning).ID}},
	} {
		got := ids{run, pipeline.ExecutionID{Run: run}} // is to be replaced
		must(t, json.Unmarshal([]byte(text), &got))
		back, err := json.Marshal(got)
		if got != want || err != nil || string(back) != text {
			t.Errorf("%s is %+v and becomes %s, %v", text, got, back, err)
		}
	}
}

func TestAnIDThatIsNoneLeavesWhatWasThere(t *testing.T) {
	run := pipeline.RunID{Project: "storefront", Runbook: "clean-up", Number: 1}
	execution := pipeline.ExecutionID{Run: run}
	wantError(t, "a run", run.UnmarshalText([]byte("storefront")), pipeline.ErrInvalid)
	wantError(t, "an execution", execution.UnmarshalText([]byte("storefront")), pipeline.ErrInvalid)
	if run.Number != 1 || execution.Run != run {
		t.Errorf("they are %q and %q", run, execution)
	}
}

func FuzzParseExecutionID(f *testing.F) {
	for _, text := range []string{"", "storefront_12_production_1", "storefront_nightly-backup_17", "1_2_3", "1_2_3_4", "a__1", "a_b_01"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		deployment, noDeployment := pipeline.ParseDeploymentID(text)
		run, noRun := pipeline.ParseRunID(text)
		if noDeployment == nil && noRun == nil {
			t.Errorf("%q is the deployment %+v and the run %+v", text, deployment, run)
		}
		if noRun == nil && run.String() != text {
			t.Errorf("run %q reads %q", text, run)
		}
		id, err := pipeline.ParseExecutionID(text)
		if (err == nil) != (noDeployment == nil || noRun == nil) || id.Deployment != deployment || id.Run != run || err == nil && id.String() != text {
			t.Errorf("execution %q reads %+v, %v", text, id, err)
		}
	})
}
