package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// tried runs a runbook of these steps in dev, on behalf of manager1, for d.
func tried(t testing.TB, d time.Duration, steps ...string) (*world, api.Run) {
	t.Helper()
	w := newOps(newWorld(t, 1, nil), runbook("try", steps))
	return w, w.try(d)
}

// try runs the runbook try once more.
func (w *world) try(d time.Duration) api.Run {
	w.t.Helper()
	made := w.startedRun("try")
	w.run(d)
	return w.runIs(made.ID)
}

// wantsOutputs asserts that a run has succeeded, and the outputs of its first step; a
// value "…" stands for any.
func (w *world) wantsOutputs(r api.Run, want map[string]string) {
	w.t.Helper()
	if r.Status != string(pipeline.StatusSucceeded) || len(r.Steps) == 0 {
		w.t.Errorf("run %s is %s: %s", r.ID, r.Status, r.Reason)
		return
	}
	got := maps.Clone(r.Steps[0].Outputs)
	for name, value := range want {
		if _, there := got[name]; there && value == "…" {
			got[name] = "…"
		}
	}
	if !maps.Equal(got, want) {
		w.t.Errorf("outputs are %q, want %q", got, want)
	}
}

// wantsFailure asserts that a run has failed for a reason that begins so.
func (w *world) wantsFailure(r api.Run, reason string) {
	w.t.Helper()
	if r.Status != string(pipeline.StatusFailed) || !strings.HasPrefix(r.Reason, reason) {
		w.t.Errorf("run %s is %s: %s; want it failed: %s", r.ID, r.Status, r.Reason, reason)
	}
}

// wantsCancelled cancels a run that goes on, and asserts that it ends as cancelled
// before d is over.
func (w *world) wantsCancelled(r api.Run, d time.Duration) {
	w.t.Helper()
	if r.Status != string(pipeline.StatusRunning) {
		w.t.Fatalf("run %s is %s: %s", r.ID, r.Status, r.Reason)
	}
	if status := w.cancel(manager2, "/runs/"+r.ID); status != http.StatusOK {
		w.t.Errorf("cancel is answered with %d", status)
	}
	w.run(d)
	if r = w.runIs(r.ID); r.Status != string(pipeline.StatusCancelled) || r.Reason != "cancelled by "+manager2+": a drill" {
		w.t.Errorf("run %s is %s: %s", r.ID, r.Status, r.Reason)
	}
}

func TestAWaitLetsItsTimePass(t *testing.T) {
	w, r := tried(t, 2*time.Hour-time.Second, lingerStep)
	if r.Status != string(pipeline.StatusRunning) {
		t.Errorf("before its time the run is %s", r.Status)
	}
	w.run(2 * time.Minute)
	w.check()
	w.wantsOutputs(w.runIs(r.ID), map[string]string{"until": dawn.Add(2*time.Hour + time.Minute).Format(time.RFC3339)})
}

func TestAWaitInADeploymentKeepsTheNextStepBack(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{lingerStep, siteStep}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	if got := w.objects("storefront-site", "shop/dev/"); len(got) > 0 {
		t.Errorf("before the wait is over, dev has %q", got)
	}
	w.run(2 * time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
}

func TestAWaitIsCancelled(t *testing.T) {
	w, r := tried(t, time.Hour, lingerStep)
	w.wantsCancelled(r, 2*time.Minute)
	w.run(4 * time.Hour)
	w.check()
}

func TestAnAlarmIsLookedAt(t *testing.T) {
	w, r := tried(t, time.Minute, lookStep)
	w.wantsOutputs(r, map[string]string{"alarms": apiErrors})
	w.setAlarm(types.StateValueAlarm)
	w.wantsFailure(w.try(time.Minute), "StepFailed: step look: AlarmRaised: "+apiErrors+" is ALARM: a drill")
	w.check()
}

func TestAnAlarmThatIsNotThereFailsTheStep(t *testing.T) {
	w, r := tried(t, time.Minute, "{ name: look, uses: alarm, retry: 2, with: { alarms: [no-such] } }")
	w.check()
	w.wantsFailure(r, "StepRefused: step look: NoSuchAlarm: CloudWatch has no alarm no-such in environment dev")
}

// watchStep watches for an hour the alarm whose name is put together of placeholders.
const watchStep = `{ name: watch, uses: alarm, with: { alarms: ["{ALARM}"], for: 1h } }`

func TestAnAlarmIsWatchedForAWhile(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(*world, api.Run)
		reason    string
	}{
		"that stays as it is": {func(*world, api.Run) {}, ""},
		"that is OK":          {func(w *world, _ api.Run) { w.setAlarm(types.StateValueOk) }, ""},
		"that is raised":      {func(w *world, _ api.Run) { w.setAlarm(types.StateValueAlarm) }, "StepFailed: step watch: AlarmRaised: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1, nil)
			w.apply("ops", ops(runbook("try", []string{watchStep}))+"variables:\n  ALARM: { value: "+apiErrors+" }\n")
			w.run(time.Minute)
			r := w.try(59 * time.Minute)
			c.meanwhile(w, r)
			w.run(30 * time.Second)
			if r = w.runIs(r.ID); (r.Status == string(pipeline.StatusRunning)) != (c.reason == "") {
				t.Errorf("after 59 minutes and a half the run is %s", r.Status)
			}
			w.run(2 * time.Minute)
			w.check()
			if r = w.runIs(r.ID); c.reason != "" {
				w.wantsFailure(r, c.reason)
			} else {
				w.wantsOutputs(r, map[string]string{"alarms": apiErrors})
			}
		})
	}
}

func TestAWatchOfAnAlarmIsCancelled(t *testing.T) {
	w, r := tried(t, time.Minute, "{ name: watch, uses: alarm, with: { alarms: "+apiErrors+", for: 7d } }")
	w.wantsCancelled(r, 2*time.Minute)
	w.setAlarm(types.StateValueAlarm)
	w.run(time.Minute)
	w.check()
}

func TestObjectsAreCleanedUp(t *testing.T) {
	w := newOps(newWorld(t, 1, nil), runbook("try", []string{`{ name: tidy, uses: cleanup, with: { bucket: storefront-site, prefix: "{environment}/", older-than: 30d, keep: 2 } }`}))
	put := func(key string) {
		_, err := w.s3(ci).PutObject(context.Background(), &s3.PutObjectInput{Bucket: new("storefront-site"), Key: &key, Body: strings.NewReader("12345")})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"dev/1", "dev/2", "dev/3", "staging/1"} {
		put(key)
		w.run(time.Hour)
	}
	w.run(31 * 24 * time.Hour)
	put("dev/4")
	r := w.try(time.Minute)
	w.check()
	w.wantsOutputs(r, map[string]string{"found": "4", "due": "2", "removed": "2", "kept": "2", "bytes": "10"})
	if got := slices.Sorted(maps.Keys(w.objects("storefront-site", ""))); !slices.Equal(got, []string{"dev/3", "dev/4", "staging/1"}) {
		t.Errorf("left are %q", got)
	}
}

func TestImagesAreCleanedUp(t *testing.T) {
	clean := "{ name: tidy, uses: cleanup, with: { repository: " + repository + `, keep: 1, protect: ["stable"], dry-run: DRY } }`
	w := newOps(newWorld(t, 1, nil), runbook("try", []string{strings.Replace(clean, "DRY", "true", 1)}))
	for n, tags := range [][]string{{"0.9.0", "stable"}, {"1.0.0"}, {"1.1.0", "previous"}, {"1.2.0"}} {
		w.pushImage(map[string]string{"n": fmt.Sprint(n)}, tags...)
		w.run(time.Hour)
	}
	w.wantsOutputs(w.try(time.Minute), map[string]string{"found": "4", "due": "2", "removed": "0", "kept": "4", "bytes": "…"})
	w.apply("ops", ops(runbook("try", []string{strings.Replace(clean, "DRY", "false", 1)})))
	w.run(time.Minute)
	w.wantsOutputs(w.try(time.Minute), map[string]string{"found": "4", "due": "2", "removed": "2", "kept": "2", "bytes": "…"})
	w.wantsOutputs(w.try(time.Minute), map[string]string{"found": "2", "due": "0", "removed": "0", "kept": "2", "bytes": "0"})
	w.check()
	if got := w.tags(); got != `["0.9.0","1.2.0","stable"]` {
		t.Errorf("tags are %s", got)
	}
}

// tags returns the tags of the repository's images, as JSON.
func (w *world) tags() string {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:4566/v2/"+repository+"/tags/list", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := w.stack.Configuration(ci).HTTPClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var list struct{ Tags json.RawMessage }
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		w.t.Fatal(err)
	}
	return string(list.Tags)
}

// callStep has the API list the projects.
const callStep = `{ name: call, uses: invoke, with: { function: Slipway-Api, outputs: { status: /statusCode },
        payload: { version: "2.0", rawPath: "/projects", requestContext: { http: { method: GET, path: "/projects" } } } } }`

func TestAFunctionIsInvoked(t *testing.T) {
	w := newOps(newWorld(t, 1, nil), runbook("try", []string{callStep}))
	r := w.try(time.Minute)
	w.check()
	w.wantsOutputs(r, map[string]string{"version": "$LATEST", "status": "200"})
}

func TestAFunctionThatFailsOrIsNotThereFailsTheStep(t *testing.T) {
	for function, reason := range map[string]string{
		"no-such":         "StepRefused: step call: NoSuchFunction: there is no function no-such",
		"Slipway-RunStep": "StepFailed: step call: FunctionFailed: function Slipway-RunStep failed: ",
	} {
		w, r := tried(t, time.Hour, "{ name: call, uses: invoke, with: { function: "+function+" } }")
		w.check()
		w.wantsFailure(r, reason)
	}
}

// elsewhere returns steps, with valid parameters, of the kinds that need what one
// machine doesn't have, by kind.
func elsewhere() map[string]string {
	return map[string]string{
		"automation":     "{ document: AWS-StopEC2Instance }",
		"backup":         "{ resource: { type: dynamodb, name: orders }, vault: orders, role: backup, retain: 7 }",
		"cloudformation": "{ stack: orders, action: delete }",
		"restore":        "{ resource: { type: dynamodb, name: orders }, vault: orders, role: backup }",
	}
}

func TestKindsThatOneMachineCannotDoAreRefusedWhenTheyArePlanned(t *testing.T) {
	for kind, with := range elsewhere() {
		w := newOps(newWorld(t, 1, nil), runbook("try", []string{"{ name: act, uses: " + kind + ", with: " + with + " }"}))
		var refusal api.Error
		status := w.ask(manager, http.MethodPost, "/projects/ops/runbooks/try/runs", api.RunRequest{Environment: "dev"}, &refusal)
		want := "step act: its kind " + kind + " acts on AWS ("
		if status != http.StatusForbidden || !strings.Contains(refusal.Error.Message, want) || !strings.Contains(refusal.Error.Message, "deploy Slipway to AWS, or name an endpoint") {
			t.Errorf("%s is answered with %d: %s", kind, status, refusal.Error.Message)
		}
		if n := len(happened[events.ProjectRejected](w)); n > 0 {
			t.Errorf("%s: the project file is refused: %+v", kind, happened[events.ProjectRejected](w))
		}
		w.check()
	}
}

func TestAStepThatOneMachineCannotDoFailsTheDeploymentWhenItIsPlanned(t *testing.T) {
	for kind, with := range map[string]string{
		"ecs":    "{ cluster: storefront, service: web, images: { web: api } }",
		"lambda": "{ package: api, function: storefront-api, alias: live }",
	} {
		w := newWorld(t, 1, nil)
		source := imageProject("shop")
		step := source[strings.Index(source, "  - { name: show"):]
		w.apply("shop", strings.Replace(source, step, "  - { name: act, uses: "+kind+", with: "+with+" }\n", 1))
		w.run(time.Minute)
		w.pushImage(nil, "1.0.0")
		w.run(time.Hour)
		w.check()
		if d := w.deployment("shop_1_dev_1"); d.Status != string(pipeline.StatusFailed) || !strings.Contains(d.Reason, "step act: its kind "+kind+" acts on AWS (") {
			t.Errorf("the deployment is %s: %s", d.Status, d.Reason)
		}
	}
}

func TestEveryKindOfOneMachineIsAStepOfADeployment(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.machineOf(waitState + `"Last":{"Type":"Succeed"}`)
	w.apply("shop", projectFile{"shop", []string{devPhase}, []string{
		"{ name: look, uses: alarm, with: { alarms: [" + apiErrors + "] } }",
		"{ name: settle, uses: state-machine, with: { state-machine: settle } }",
		callStep,
		siteStep,
		"{ name: linger, uses: wait, with: { for: 10m } }",
		"{ name: watch, uses: alarm, with: { alarms: " + apiErrors + ", for: 10m } }",
		`{ name: tidy, uses: cleanup, with: { bucket: storefront-site, prefix: "shop/dev/", older-than: 1h } }`,
		scriptStep("smoke", "true"),
	}}.String())
	w.push("shop", "1.0.0", site("1.0.0"))
	w.run(time.Hour)
	w.check()
	w.wants("shop_1_dev_1 succeeded")
	if n := len(w.attempts()); n != 8 {
		t.Errorf("there were the attempts %q", w.attempts())
	}
}
