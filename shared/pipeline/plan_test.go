package pipeline_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slipway/events"
	"slipway/shared/pipeline"
)

// drawPlan draws a plan; its texts hold what JSON escapes.
func drawPlan(t *rapid.T) pipeline.Plan {
	text := rapid.StringOf(rapid.RuneFrom([]rune("ab<>&\"\\\u2028\u2029\u0000\t\n/é🚢\ufffd")))
	with := rapid.Custom(func(t *rapid.T) json.RawMessage {
		members, err := json.Marshal(rapid.MapOf(text, text).Draw(t, "with"))
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "unescaped") { // as a project file has it
			members = []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `,`, " ,\n ").Replace(string(members)))
		}
		return members
	})
	step := rapid.Custom(func(t *rapid.T) pipeline.PlannedStep {
		return pipeline.PlannedStep{Name: text.Draw(t, "name"), Kind: "script", With: with.Draw(t, "with"), TimeoutSeconds: rapid.Int().Draw(t, "timeout")}
	})
	variable := rapid.Custom(func(t *rapid.T) pipeline.PlannedVariable {
		return pipeline.PlannedVariable{Name: text.Draw(t, "name"), Value: text.Draw(t, "value"), Scope: text.Draw(t, "scope")}
	})
	return pipeline.Plan{Deployment: pipeline.DeploymentID{Project: "storefront", Release: 1, Environment: "dev", Attempt: 1},
		Release: pipeline.MustVersion("1.0.0"), Channel: text.Draw(t, "channel"), Steps: rapid.SliceOf(step).Draw(t, "steps"),
		Variables: rapid.SliceOf(variable).Draw(t, "variables"), Environment: pipeline.PlannedTarget{Name: "dev"},
		Packages: []pipeline.ReleasePackage{{Name: "web", Version: pipeline.MustVersion("1.0.0"), Build: events.Build{Author: text.Draw(t, "author")}}}}
}

func hash(t interface{ Fatal(...any) }, p pipeline.Plan) string {
	h, err := p.Hash()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAPlanThatWasStoredHasTheHashItHad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		for range 2 {
			data, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			var stored pipeline.Plan
			if err := json.Unmarshal(data, &stored); err != nil {
				t.Fatal(err)
			}
			if a, b := hash(t, p), hash(t, stored); a != b {
				t.Fatalf("%s became %s: %s", a, b, data)
			}
			p = stored
		}
	})
}

func TestThePlanOfAnEmptyProjectKeepsItsHash(t *testing.T) {
	var p, stored pipeline.Plan
	p.Release = pipeline.MustVersion("1.0.0")
	p.Steps = []pipeline.PlannedStep{{Name: "nothing"}}
	data, err := json.Marshal(p)
	must(t, err)
	must(t, json.Unmarshal(data, &stored))
	if hash(t, p) != hash(t, stored) {
		t.Errorf("the hash of %s changes", data)
	}
}

func TestTheHashCoversAllOfThePlan(t *testing.T) {
	base := func() pipeline.Plan {
		return pipeline.Plan{Release: pipeline.MustVersion("1.0.0"), Packages: []pipeline.ReleasePackage{{Name: "web", Version: pipeline.MustVersion("1.0.0"), Digest: "a"}},
			Variables: []pipeline.PlannedVariable{{Name: "A", Value: "1"}}, Gates: []pipeline.PlannedGate{{Gate: "phase", Requires: "x"}},
			Steps: []pipeline.PlannedStep{{Name: "s", Kind: "script", With: json.RawMessage(`{"run":"x"}`), TimeoutSeconds: 1}}}
	}
	for name, change := range map[string]func(*pipeline.Plan){
		"deployment":  func(p *pipeline.Plan) { p.Deployment.Project = "other" },
		"release":     func(p *pipeline.Plan) { p.Release = pipeline.MustVersion("1.0.1") },
		"channel":     func(p *pipeline.Plan) { p.Channel = "beta" },
		"digest":      func(p *pipeline.Plan) { p.Packages[0].Digest = "b" },
		"object":      func(p *pipeline.Plan) { p.Packages[0].Location.VersionID = "2" },
		"value":       func(p *pipeline.Plan) { p.Variables[0].Value = "2" },
		"scope":       func(p *pipeline.Plan) { p.Variables[0].Scope = "environment dev" },
		"kind":        func(p *pipeline.Plan) { p.Steps[0].Kind = "s3-site" },
		"parameters":  func(p *pipeline.Plan) { p.Steps[0].With = json.RawMessage(`{"run":"y"}`) },
		"time-out":    func(p *pipeline.Plan) { p.Steps[0].TimeoutSeconds = 2 },
		"retry":       func(p *pipeline.Plan) { p.Steps[0].Retry = 1 },
		"requirement": func(p *pipeline.Plan) { p.Gates[0].Requires = "y" },
		"role":        func(p *pipeline.Plan) { p.Environment.Role = "r" },
	} {
		changed := base()
		change(&changed)
		if hash(t, changed) == hash(t, base()) {
			t.Errorf("another %s has the same hash", name)
		}
	}
}

func TestAPlanKnowsItsSteps(t *testing.T) {
	p := pipeline.Plan{Steps: []pipeline.PlannedStep{{Name: "site"}, {Name: "smoke", TimeoutSeconds: 300}}}
	if s, err := p.Step("smoke"); err != nil || s.Timeout().Minutes() != 5 {
		t.Errorf("smoke is %+v, %v", s, err)
	}
	_, err := p.Step("other")
	wantError(t, "a step that is not there", err, pipeline.ErrNotFound)
}
