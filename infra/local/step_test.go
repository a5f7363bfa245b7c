package local_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/events"
	"slipway/functions/api"
	"slipway/infra/local"
	"slipway/shared/pipeline"
)

// attempts returns "<step> <attempt> <status>" of every attempt that ended.
func (w *world) attempts() (all []string) {
	w.t.Helper()
	for _, e := range happened[events.StepFinished](w) {
		all = append(all, fmt.Sprintf("%s %s %d %s", e.Deployment, e.Step, e.Attempt, e.Status))
	}
	return all
}

func TestAScriptThatFailsIsTriedAgainAndThenFailsTheDeployment(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{scriptStep("smoke", `test "$SLIPWAY_RELEASE" != 1.0.0`, "retry: 1")}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.push("shop", "1.1.0", site("1.1.0"))
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 failed", "shop_2_dev_1 succeeded")
	want := "shop_1_dev_1 smoke 1 failed, shop_1_dev_1 smoke 2 failed, shop_2_dev_1 smoke 1 succeeded"
	if got := strings.Join(w.attempts(), ", "); got != want {
		t.Errorf("attempts are %q, want %q", got, want)
	}
	if d := w.deployment("shop_1_dev_1"); !strings.HasPrefix(d.Reason, "StepFailed: step smoke: ") {
		t.Errorf("the reason is %q", d.Reason)
	}
}

func TestAScriptThatFailsOnceSucceeds(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{scriptStep("smoke", "test -e "+mark+" || { touch "+mark+"; exit 1; }", "retry: 2")}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
	logs := read[api.LogReport](w, "/deployments/shop_1_dev_1/logs")
	if len(logs.Logs) != 2 || logs.Logs[1].Attempt != 2 {
		t.Errorf("logs are %+v", logs)
	}
}

// TestAStepThatNeverReportsFailsTheDeployment loses every event of a build.
func TestAStepThatNeverReportsFailsTheDeployment(t *testing.T) {
	w := newWorld(t, 1, &local.Rehearsal{Deliver: func(_ string, event []byte) []time.Duration {
		if bytes.Contains(event, []byte(buildEvents)) {
			return nil
		}
		return []time.Duration{0}
	}})
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{scriptStep("smoke", "true")}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.wants("shop_1_dev_1 running")
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 failed")
	if d := w.deployment("shop_1_dev_1"); !strings.HasPrefix(d.Reason, "States.Timeout: what it waited for did not report in time") {
		t.Errorf("the reason is %q", d.Reason)
	}
}

func TestAPackageWithoutFilesFailsTheDeploymentForGood(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{siteStep}}.String())
	w.push("shop", "1.0.0", nil)
	w.run(time.Hour)
	w.check()
	if d := w.deployment("shop_1_dev_1"); d.Status != string(pipeline.StatusFailed) || !strings.Contains(d.Reason, "holds no files") {
		t.Errorf("the deployment is %s: %s", d.Status, d.Reason)
	}
}
