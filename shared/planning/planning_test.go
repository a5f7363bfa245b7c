package planning_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/platform"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// frozen is the project file that the release was made from.
const frozen = `
project: storefront
packages: { web: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles: { default: [ { phase: development, environments: [dev], deploy: automatic }, { phase: live, environments: [production], deploy: on-request } ] }
variables:
  PREFIX: { value: "all", when: [ { environment: production, value: "<live>" } ] }
  API_URL: "https://example.com?a=1&b=2"
process:
  - { name: site, uses: s3-site, with: { package: web, bucket: storefront-site, prefix: "{environment}/{PREFIX}/" } }
  - { name: smoke, uses: script, shell: bash, run: "curl $API_URL # {environment}", timeout: 5m, retry: 2 }
`

// inForce is the project file of today: its lifecycle asks for approval, its process is another.
const inForce = `
project: storefront
packages: { web: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles:
  default:
    - { phase: development, environments: [dev], deploy: automatic }
    - { phase: live, environments: [production], deploy: on-request, approval: { quorum: 1, approvers: [managers], timeout: 1h } }
process:
  - { name: other, uses: script, shell: bash, run: "true" }
`

// A shelf is what plans are made of.
type shelf struct {
	documents   map[string]string
	deployments []pipeline.Deployment
}

// Project implements [planning.Reader].
func (s shelf) Project(_ context.Context, name string) (pipeline.ProjectRecord, error) {
	if name != "storefront" {
		return pipeline.ProjectRecord{}, pipeline.ErrNotFound
	}
	return pipeline.ProjectRecord{Name: name, Document: "in force"}, nil
}

// Document implements [planning.Reader].
func (s shelf) Document(_ context.Context, _, digest string) ([]byte, error) {
	source, ok := s.documents[digest]
	if !ok {
		return nil, pipeline.ErrNotFound
	}
	return []byte(source), nil
}

// DeploymentsOf implements [planning.Reader].
func (s shelf) DeploymentsOf(context.Context, string, int) ([]pipeline.Deployment, error) {
	return s.deployments, nil
}

// A bench is a planner over a shelf, with release 1.4.0 of storefront.
type bench struct {
	shelf
	platform platform.Platform
	release  pipeline.Release
}

func newBench() *bench {
	return &bench{
		shelf: shelf{documents: map[string]string{"frozen": frozen, "in force": inForce}},
		platform: platform.Platform{Environments: []platform.Environment{{Name: "dev"},
			{Name: "production", Account: "111122223333", Region: "eu-central-1", Role: "slipway-deploy"}}},
		release: pipeline.Release{Project: "storefront", Version: pipeline.MustVersion("1.4.0"), Number: 12, Channel: "stable", Document: "frozen",
			Packages: []pipeline.ReleasePackage{{Name: "web", Version: pipeline.MustVersion("1.4.0"), Digest: "sha256:1"}}},
	}
}

func (b *bench) propose(environment string) (planning.Proposal, error) {
	d, _ := pipeline.NewDeployment(b.release, environment, 1, pipeline.Requester{By: "manager1"}, noon)
	return planning.New(b.shelf, b.platform, nil, func() time.Time { return noon }).Propose(context.Background(), d, b.release)
}

// succeeded returns a success of the release in environment.
func (b *bench) succeeded(environment string) pipeline.Deployment {
	d, _ := pipeline.NewDeployment(b.release, environment, 1, pipeline.Requester{By: pipeline.System}, noon)
	d.Status, d.FinishedAt = pipeline.StatusSucceeded, noon
	return d
}

func TestAPlanResolvesTheFrozenProcessInItsEnvironment(t *testing.T) {
	b := newBench()
	p, err := b.propose("production")
	if err != nil {
		t.Fatal(err)
	}
	want := pipeline.Plan{
		Deployment: pipeline.DeploymentID{Project: "storefront", Release: 12, Environment: "production", Attempt: 1},
		Release:    b.release.Version, Channel: "stable", Packages: b.release.Packages,
		Variables: []pipeline.PlannedVariable{{Name: "API_URL", Value: "https://example.com?a=1&b=2"}, {Name: "PREFIX", Value: "<live>", Scope: "environment production"}},
		Steps: []pipeline.PlannedStep{
			{Name: "site", Kind: "s3-site", TimeoutSeconds: p.Plan.Steps[0].TimeoutSeconds},
			{Name: "smoke", Kind: "script", TimeoutSeconds: 300, Retry: 2},
		},
		Gates:       []pipeline.PlannedGate{{Gate: "phase", Requires: "release 1.4.0 has succeeded in dev"}, {Gate: "approval", Requires: "1 of managers approves the plan"}},
		Environment: pipeline.PlannedTarget{Name: "production", Account: "111122223333", Region: "eu-central-1", Role: "slipway-deploy"},
	}
	for i, parameters := range []map[string]any{
		{"package": "web", "bucket": "storefront-site", "prefix": "production/<live>/"},
		{"shell": "bash", "run": "curl $API_URL # {environment}"}, // a script's text is no template
	} {
		var got map[string]any
		if err := json.Unmarshal(p.Plan.Steps[i].With, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parameters, got); diff != "" {
			t.Errorf("parameters of step %d (-want +got):\n%s", i, diff)
		}
		want.Steps[i].With = p.Plan.Steps[i].With
	}
	if diff := cmp.Diff(want, p.Plan, cmp.Comparer(pipeline.Version.Equal)); diff != "" {
		t.Errorf("the plan is (-want +got):\n%s", diff)
	}
	if p.Plan.Steps[0].TimeoutSeconds <= 0 {
		t.Error("a step without a time-out has none in the plan")
	}
}

func TestThePlanHasTheHashThatItsStoredFormHas(t *testing.T) {
	p, err := newBench().propose("production")
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(p.Plan)
	if err != nil {
		t.Fatal(err)
	}
	var stored pipeline.Plan
	if err := json.Unmarshal(data, &stored); err != nil {
		t.Fatal(err)
	}
	if hash, err := stored.Hash(); err != nil || hash != p.Hash {
		t.Errorf("stored it has %s, %v; proposed %s", hash, err, p.Hash)
	}
}

func TestTimeAndHistoryDoNotChangeThePlan(t *testing.T) {
	b := newBench()
	before, err := b.propose("production")
	if err != nil {
		t.Fatal(err)
	}
	b.deployments = []pipeline.Deployment{b.succeeded("dev")}
	after, err := b.propose("production")
	if err != nil || before.Hash != after.Hash {
		t.Errorf("the hash changes from %s to %s, %v", before.Hash, after.Hash, err)
	}
	if v, _ := gate.First(before.Verdicts); v.Gate != "phase" || v.State != gate.Closed {
		t.Errorf("before, %+v stands against it", v)
	}
	if v, _ := gate.First(after.Verdicts); v.Gate != "approval" || v.Policy.Timeout != time.Hour {
		t.Errorf("after, %+v stands against it", v)
	}
}

func TestTheGatesAreThoseInForce(t *testing.T) {
	b := newBench()
	b.documents["in force"] = frozen // which asks for no approval
	b.deployments = []pipeline.Deployment{b.succeeded("dev")}
	p, err := b.propose("production")
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := gate.First(p.Verdicts); ok {
		t.Errorf("%+v stands against it", v)
	}
}

func TestAReleaseOfAChannelThatIsGoneEntersNothing(t *testing.T) {
	b := newBench()
	b.release.Channel = "beta"
	p, err := b.propose("dev")
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := gate.First(p.Verdicts); !ok || v.State != gate.Closed {
		t.Errorf("the verdicts are %+v", p.Verdicts)
	}
}

func TestWhatCannotBePlannedIsRefusedByName(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*bench)
		want   error
	}{
		"environment that the platform lost": {func(b *bench) { b.platform.Environments = b.platform.Environments[:1] }, pipeline.ErrRefused},
		"project that is not there":          {func(b *bench) { b.release.Project = "other" }, pipeline.ErrNotFound},
		"document that is not there":         {func(b *bench) { delete(b.documents, "frozen") }, pipeline.ErrNotFound},
		"document that is damaged":           {func(b *bench) { b.documents["frozen"] = "project: [" }, pipeline.ErrInvalid},
		"document in force that is damaged":  {func(b *bench) { b.documents["in force"] = "project: [" }, pipeline.ErrInvalid},
	} {
		b := newBench()
		c.change(b)
		if _, err := b.propose("production"); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}
