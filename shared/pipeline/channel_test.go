package pipeline_test

import (
	"strings"
	"testing"

	"slipway/shared/pipeline"
)

func TestAChannelTakesTheVersionsThatFitItsRules(t *testing.T) {
	for _, c := range []struct{ versions, prerelease, fits, fitsNot string }{
		{"", "", "0.0.1 1.0.0 1.0.0-beta.1 9.9.9-x+y", ""},
		{"", "none", "0.0.1 1.0.0 1.0.0+build", "1.0.0-beta 1.0.0-0"},
		{">=1.0.0", "none", "1.0.0 1.0.1 2.0.0", "0.9.9 1.0.1-beta"},
		{">=1.0.0-0", "beta.*", "1.0.0-beta.1 2.0.0-beta.1.2", "1.0.0 1.0.0-beta 1.0.0-betamax 1.0.0-alpha.1 0.9.0-beta.1"},
		{"", "beta*", "1.0.0-beta 1.0.0-beta.1 1.0.0-betamax", "1.0.0 1.0.0-alpha 1.0.0-x.beta"},
		{"", "*", "1.0.0-a 1.0.0-a.b.c", "1.0.0"},
		{">=1.0.0 <2.0.0", "", "1.0.0 1.9.9 1.5.0-rc.1", "0.9.9 2.0.0 2.1.0-rc.1 1.0.0-rc.1"},
		{"1.2.x", "none", "1.2.0 1.2.9", "1.3.0 1.1.9"},
		{"^1.2.0", "none", "1.2.0 1.9.0", "1.1.9 2.0.0"},
		{"~1.2.3", "none", "1.2.3 1.2.9", "1.3.0 1.2.2"},
		{"=1.2.3", "", "1.2.3", "1.2.4 1.2.3-rc.1"},
		{"<1.0.0 || >=2.0.0", "none", "0.9.0 2.0.0", "1.5.0"},
	} {
		channel, err := pipeline.NewChannel("stable", c.versions, c.prerelease, "default")
		must(t, err)
		for want, versions := range map[bool]string{true: c.fits, false: c.fitsNot} {
			for _, v := range strings.Fields(versions) {
				if channel.Fits(pipeline.MustVersion(v)) != want {
					t.Errorf("versions %q, prerelease %q: %s fits: %t", c.versions, c.prerelease, v, !want)
				}
			}
		}
	}
}

func TestChannelRulesThatMeanNothingAreRefused(t *testing.T) {
	for _, rule := range [][2]string{{"latest", ""}, {">=1.0.0 <", ""}, {"1.0.0 -", ""}, {"", "[beta"}, {"", `beta\`}, {"", "beta.[z-a"}} {
		_, err := pipeline.NewChannel("stable", rule[0], rule[1], "default")
		wantError(t, rule[0]+" "+rule[1], err, pipeline.ErrInvalid)
	}
}

func TestTheFirstChannelThatFitsWins(t *testing.T) {
	stable, err := pipeline.NewChannel("stable", "", "none", "default")
	must(t, err)
	beta, err := pipeline.NewChannel("beta", "", "beta.*", "early")
	must(t, err)
	all, err := pipeline.NewChannel("all", ">=1.0.0-0", "", "early")
	must(t, err)
	p := pipeline.Project{Channels: []pipeline.Channel{stable, beta, all}, Lifecycles: []pipeline.Lifecycle{{Name: "default"}, {Name: "early"}}}
	for version, want := range map[string]string{"1.0.0": "stable", "1.0.0-beta.1": "beta", "1.0.0-rc.1": "all", "0.9.0-rc.1": ""} {
		c, ok := p.Channel(pipeline.MustVersion(version))
		if c.Name != want || ok != (want != "") {
			t.Errorf("%s is in channel %q, %t; want %q", version, c.Name, ok, want)
		}
	}
	for channel, want := range map[string]string{"stable": "default", "beta": "early", "gone": ""} {
		l, ok := p.Lifecycle(channel)
		if l.Name != want || ok != (want != "") {
			t.Errorf("channel %s has lifecycle %q, %t; want %q", channel, l.Name, ok, want)
		}
	}
}

func TestAVariableTakesTheValueOfItsScope(t *testing.T) {
	v := pipeline.Variable{Name: "API_URL", Value: "any", Scoped: []pipeline.ScopedValue{{Environment: "production", Value: "live"}}}
	for environment, want := range map[string][2]string{"production": {"live", "environment production"}, "dev": {"any", ""}} {
		if value, scope := v.Resolve(environment); [2]string{value, scope} != want {
			t.Errorf("in %s it is %q by %q, want %q", environment, value, scope, want)
		}
	}
}
