package planning_test

import (
	"slices"
	"testing"
	"time"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
)

// stacks has steps on stacks, of which the first two and the last can be previewed.
const stacks = `
project: storefront
packages: { web: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles: { default: [ { phase: live, environments: [production], deploy: on-request } ] }
process:
  - { name: network, uses: cloudformation, with: { stack: "net-{environment}", package: web, template: network.yaml } }
  - { name: drift, uses: cloudformation, with: { stack: "net-{environment}", action: drift } }
  - { name: smoke, uses: script, shell: bash, run: "true" }
  - { name: again, uses: cloudformation, with: { stack: "net-{environment}", package: web } }
  - { name: database, uses: cloudformation, with: { stack: "db-{environment}", package: web } }
`

// ofStacks returns a bench on which the release's process has steps on stacks.
func ofStacks() *bench {
	b := newBench()
	b.documents["frozen"] = stacks
	b.deployments = []pipeline.Deployment{b.succeeded("dev")}
	return b
}

func TestTheFirstStepOnAStackIsPreviewed(t *testing.T) {
	p, err := ofStacks().propose("production")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range planning.Previewed(p.Plan) {
		names = append(names, s.Name)
	}
	if want := []string{"network", "drift", "database"}; !slices.Equal(names, want) {
		t.Errorf("previewed are %q, want %q", names, want)
	}
}

func TestAnApprovalIsOfThePreviews(t *testing.T) {
	b := ofStacks()
	d, _ := pipeline.NewDeployment(b.release, "production", 1, pipeline.Requester{By: "manager1"}, noon)
	shown := func(line string) planning.Proposal {
		t.Helper()
		p, err := planning.New(b.shelf, b.platform, nil, func() time.Time { return noon }).Propose(t.Context(), d, b.release)
		if err == nil {
			p, err = p.WithPreviews(map[string][]string{"network": {line}})
		}
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	approved := shown("Add Queue")
	if hash, err := approved.Plan.Hash(); err != nil || hash != approved.Hash {
		t.Errorf("the hash is %s, that of the plan %s, %v", approved.Hash, hash, err)
	}
	d.Approvals = []pipeline.Approval{{Plan: approved.Hash, By: "manager2", Decision: pipeline.DecisionApprove, At: noon}}
	for line, want := range map[string]gate.State{"Add Queue": gate.Open, "Remove Queue": gate.Approval} {
		p := shown(line)
		i := slices.IndexFunc(p.Verdicts, func(v gate.Verdict) bool { return v.Gate == "approval" })
		if i < 0 || p.Verdicts[i].State != want {
			t.Errorf("where \"Add Queue\" is approved, the verdicts on %q are %+v, want approval to be %s", line, p.Verdicts, want)
		}
	}
}

func TestPreviewsStandAsTheyWereShown(t *testing.T) {
	b, kept := ofStacks(), bucket{}
	plans := planning.NewPlans(kept, "work")
	p, err := b.propose("production")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := p.WithPreviews(map[string][]string{"network": {"Add Queue"}, "database": {"Delete stack db-production"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plans.Keep(t.Context(), shown.Plan); err != nil {
		t.Fatal(err)
	}
	if got, err := plans.Previewed(t.Context(), p, shown.Hash); err != nil || got.Hash != shown.Hash {
		t.Errorf("the same plan has the hash %s, %v; want %s", got.Hash, err, shown.Hash)
	}
	if got, err := plans.Previewed(t.Context(), p, ""); err != nil || got.Hash != p.Hash {
		t.Errorf("without a kept one the plan has the hash %s, %v; want %s", got.Hash, err, p.Hash)
	}
	b.platform.Environments[1].Region = "us-east-1"
	if p, err = b.propose("production"); err != nil {
		t.Fatal(err)
	}
	if got, err := plans.Previewed(t.Context(), p, shown.Hash); err != nil || got.Hash == shown.Hash || !slices.Equal(got.Plan.Steps[0].Preview, []string{"Add Queue"}) {
		t.Errorf("with another Region the plan has the hash %s and shows %q, %v", got.Hash, got.Plan.Steps[0].Preview, err)
	}
}

func TestAPlanWithoutPreviewsIsNotLookedUp(t *testing.T) {
	p, err := newBench().propose("production")
	if err != nil {
		t.Fatal(err)
	}
	got, err := planning.NewPlans(bucket{}, "work").Previewed(t.Context(), p, "sha256:gone")
	if err != nil || got.Hash != p.Hash {
		t.Errorf("it comes to %s, %v; want %s", got.Hash, err, p.Hash)
	}
}
