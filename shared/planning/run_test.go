package planning_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/platform"
)

// operated is a project file with runbooks.
const operated = `
project: storefront
packages: { web: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles: { default: [ { phase: live, environments: [dev, production], deploy: automatic } ] }
variables: { API_URL: { value: "http://localhost", when: [ { environment: production, value: "https://example.com" } ] } }
process:
  - { name: site, uses: s3-site, with: { package: web, bucket: storefront-site, prefix: "{release}/" } }
runbooks:
  restart:
    environments: [dev, production]
    prompts:
      REASON: { label: "Why", required: true }
      MODE: { label: "How", default: soft, options: [soft, hard] }
      NOTE: { default: "" }
    process:
      - { name: announce, uses: http, with: { url: "{API_URL}/restarts/{runbook}/{run}?project={project}&in={environment}", method: PUT, body: "{REASON}, {MODE}" } }
      - { name: restart, uses: script, run: "restart --$MODE", timeout: 5m, retry: 1 }
  dump: { environments: [dev], process: [ { name: dump, uses: script, run: ./dump, network: orders } ] }
  swell: { environments: [dev], process: [ { name: swell, uses: automation, with: { document: AWS-RestartEC2Instance, parameters: { InstanceId: [i-0123456789abcdef0] } } } ] }
`

var restart = pipeline.RunID{Project: "storefront", Runbook: "restart", Number: 17}

// request returns the request for a run in production of the file operated.
func request(values map[string]string) planning.RunRequest {
	return planning.RunRequest{Run: restart, Environment: "production", Document: "operated", Values: values}
}

// proposeRun plans for an installation that can run those kinds of steps that act on
// AWS; nil stands for all.
func (b *bench) proposeRun(r planning.RunRequest, runnable []string) (pipeline.Plan, error) {
	b.documents["operated"] = operated
	return planning.New(b.shelf, b.platform, runnable, func() time.Time { return noon }).ProposeRun(context.Background(), r)
}

func TestARunsPlanHasItsPromptsAndNoRelease(t *testing.T) {
	p, err := newBench().proposeRun(request(map[string]string{"REASON": "it leaks {memory}"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := pipeline.Plan{
		Run: restart,
		Variables: []pipeline.PlannedVariable{{Name: "API_URL", Value: "https://example.com", Scope: "environment production"},
			{Name: "MODE", Value: "soft", Scope: "prompt"}, {Name: "NOTE", Scope: "prompt"}, {Name: "REASON", Value: "it leaks {memory}", Scope: "prompt"}},
		Steps: []pipeline.PlannedStep{{Name: "announce", Kind: "http", TimeoutSeconds: p.Steps[0].TimeoutSeconds},
			{Name: "restart", Kind: "script", TimeoutSeconds: 300, Retry: 1}},
		Environment: pipeline.PlannedTarget{Name: "production", Account: "111122223333", Region: "eu-central-1", Role: "slipway-deploy"},
	}
	for i, parameters := range []map[string]any{
		{"url": "https://example.com/restarts/restart/storefront_restart_17?project=storefront&in=production", "method": "PUT", "body": "it leaks {memory}, soft"},
		{"run": "restart --$MODE"},
	} {
		var got map[string]any
		if err := json.Unmarshal(p.Steps[i].With, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parameters, got); diff != "" {
			t.Errorf("parameters of step %d (-want +got):\n%s", i, diff)
		}
		want.Steps[i].With = p.Steps[i].With
	}
	if diff := cmp.Diff(want, p, cmp.Comparer(pipeline.Version.Equal)); diff != "" {
		t.Errorf("the plan is (-want +got):\n%s", diff)
	}
}

func TestARunsPlanIsAnothersIfAnythingOfItDiffers(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(*planning.RunRequest){
		"as it is":    func(*planning.RunRequest) {},
		"number":      func(r *planning.RunRequest) { r.Run.Number++ },
		"environment": func(r *planning.RunRequest) { r.Environment = "dev" },
		"value":       func(r *planning.RunRequest) { r.Values["MODE"] = "hard" },
	} {
		r := request(map[string]string{"REASON": "it leaks"})
		change(&r)
		p, err := newBench().proposeRun(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		hash, err := p.Hash()
		if other, known := seen[hash]; err != nil || known {
			t.Errorf("%s: its hash is that of %q, %v", name, other, err)
		}
		seen[hash] = name
	}
}

func TestWhatARunCannotBeIsRefusedByName(t *testing.T) {
	given := map[string]string{"REASON": "it leaks"}
	for name, c := range map[string]struct {
		request planning.RunRequest
		want    error
		says    string
	}{
		"value that is missing":            {request(nil), pipeline.ErrInvalid, "runbook restart needs a value REASON (Why)"},
		"value of no prompt":               {request(map[string]string{"REASON": "x", "API_URL": "y"}), pipeline.ErrInvalid, "asks for no value API_URL; it asks for REASON, MODE, NOTE"},
		"value that is none of them":       {request(map[string]string{"REASON": "x", "MODE": "firm"}), pipeline.ErrInvalid, `MODE "firm" is not one of soft, hard`},
		"value that is too long":           {request(map[string]string{"REASON": strings.Repeat("x", pipeline.MaxAnswer+1)}), pipeline.ErrInvalid, "4097 bytes"},
		"runbook that the file lacks":      {planning.RunRequest{Run: pipeline.RunID{Project: "storefront", Runbook: "gone", Number: 1}, Document: "operated"}, pipeline.ErrRefused, "has no runbook gone"},
		"environment that platform lacks":  {planning.RunRequest{Run: restart, Environment: "staging", Document: "operated", Values: given}, pipeline.ErrRefused, "environment staging is not in the platform file"},
		"project file that is not there":   {planning.RunRequest{Run: restart, Environment: "dev", Document: "gone", Values: given}, pipeline.ErrNotFound, ""},
		"project file that does not parse": {planning.RunRequest{Run: restart, Environment: "dev", Document: "broken", Values: given}, pipeline.ErrInvalid, "project file broken of storefront"},
	} {
		b := newBench()
		b.documents["broken"] = "project: ["
		if _, err := b.proposeRun(c.request, nil); !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: error %v, want %v that says %q", name, err, c.want, c.says)
		}
	}
}

func TestAKindRunsWhereItsServicesAre(t *testing.T) {
	swell := planning.RunRequest{Run: pipeline.RunID{Project: "storefront", Runbook: "swell", Number: 1}, Environment: "dev", Document: "operated"}
	for name, c := range map[string]struct {
		runnable []string
		endpoint string
		refused  bool
	}{
		"AWS":                                 {runnable: nil},
		"a machine that can run it":           {runnable: []string{"automation", "invoke"}},
		"a machine that can run another":      {runnable: []string{"invoke"}, refused: true},
		"a machine that can run none":         {runnable: []string{}, refused: true},
		"a machine with an endpoint in place": {runnable: []string{}, endpoint: "http://127.0.0.1:5000"},
	} {
		b := newBench()
		b.platform.Environments[0].Endpoint = c.endpoint
		p, err := b.proposeRun(swell, c.runnable)
		const says = "step swell: its kind automation acts on AWS (ssm), which one machine does not have; deploy Slipway to AWS, or name an endpoint that answers in its place under environment dev in the platform file"
		switch {
		case c.refused && (!errors.Is(err, pipeline.ErrRefused) || !strings.HasPrefix(err.Error(), says)):
			t.Errorf("%s: error %v, want %s", name, err, says)
		case !c.refused && (err != nil || p.Environment.Endpoint != c.endpoint):
			t.Errorf("%s: the target is %+v, %v", name, p.Environment, err)
		}
	}
}

func TestAKindThatNeedsNoServiceRunsAnywhere(t *testing.T) {
	if _, err := newBench().proposeRun(request(map[string]string{"REASON": "it leaks"}), []string{}); err != nil {
		t.Error(err)
	}
}

func TestAStepRunsInNetworksThatThePlatformHas(t *testing.T) {
	dump := planning.RunRequest{Run: pipeline.RunID{Project: "storefront", Runbook: "dump", Number: 1}, Environment: "dev", Document: "operated"}
	b := newBench()
	if _, err := b.proposeRun(dump, nil); !errors.Is(err, pipeline.ErrRefused) || !strings.Contains(err.Error(), "step dump: network orders is not in the platform file") {
		t.Errorf("without the network: %v", err)
	}
	b.platform.Networks = []platform.Network{{Name: "orders"}}
	if _, err := b.proposeRun(dump, nil); err != nil {
		t.Errorf("with the network: %v", err)
	}
}

func TestAttemptsAreGivenUpLongAfterTheirTimeout(t *testing.T) {
	p := pipeline.Plan{Steps: []pipeline.PlannedStep{{Name: "backup", TimeoutSeconds: 300, Retry: 2}, {Name: "verify", TimeoutSeconds: 60}}}
	want := []planning.Attempt{{Step: "backup", Attempt: 1, Retry: 2, TimeoutSeconds: 300 + 5400}, {Step: "verify", Attempt: 1, TimeoutSeconds: 60 + 5400}}
	if diff := cmp.Diff(want, planning.Attempts(p)); diff != "" {
		t.Errorf("the attempts are (-want +got):\n%s", diff)
	}
	if all := planning.Attempts(pipeline.Plan{}); all == nil {
		t.Error("without steps there is no list, which a Map state needs")
	}
}
