package platform_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway/shared/pipeline"
	"slipway/shared/platform"
)

var update = flag.Bool("update", false, "write the golden files")

// fixtures returns the files that a pattern below testdata matches.
func fixtures(t testing.TB, pattern string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures for %s: %v", pattern, err)
	}
	all := make(map[string][]byte, len(names))
	for _, name := range names {
		if all[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestFilesReadAsTheirGoldenFilesSay(t *testing.T) {
	for name, source := range fixtures(t, "*/*.yaml") {
		p, err := platform.Parse(source)
		if valid := strings.Contains(name, "/valid/"); valid != (err == nil) || (!valid && !errors.Is(err, pipeline.ErrInvalid)) {
			t.Errorf("%s: Parse = %v", name, err)
			continue
		}
		got := read(p)
		if err != nil {
			got = err.Error() + "\n"
		}
		golden(t, strings.TrimSuffix(name, ".yaml")+".golden", got)
	}
}

// read writes out p: its JSON, what each environment allows, and what each network is.
func read(p platform.Platform) string {
	text, _ := json.MarshalIndent(p, "", "  ")
	out := string(text) + "\n"
	for _, e := range p.Environments {
		if e.Allow != nil {
			out += fmt.Sprintf("%s allows %v\n", e.Name, map[string][]string(e.Allow)) // in the order of the keys
		}
	}
	for _, n := range p.Networks {
		out += fmt.Sprintf("%s is %v of %s with %v\n", n.Name, n.Subnets, n.VPC, n.SecurityGroups)
	}
	return out
}

// golden compares got with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func shipped(t *testing.T) platform.Platform {
	t.Helper()
	source, err := os.ReadFile("../../infra/platform.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := platform.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheShippedPlatformIsTheDocumentedOne(t *testing.T) {
	want := platform.Platform{
		Environments: []platform.Environment{{Name: "dev"}, {Name: "staging"},
			{Name: "production", Role: "slipway-deploy-production", Allow: platform.Allowance{"cleanup": {"storefront-site"}}}},
		Groups:       map[string][]string{"release-managers": {"manager1", "manager2"}, "developers": {"developer1"}},
		Sites:        []string{"storefront-site"},
		Repositories: []string{"storefront/api"},
	}
	if diff := cmp.Diff(want, shipped(t)); diff != "" {
		t.Errorf("infra/platform.yaml (-want +got):\n%s", diff)
	}
}

func TestMembersAreDistinctPeopleOfAllGroups(t *testing.T) {
	p := platform.Platform{Groups: map[string][]string{"a": {"ann", "bob"}, "b": {"aaron", "ann"}}}
	if got, want := p.Members("a", "b", "none"), []string{"aaron", "ann", "bob"}; !reflect.DeepEqual(got, want) {
		t.Errorf("members %v, want %v", got, want)
	}
	if got := p.Members(); len(got) != 0 {
		t.Errorf("no groups have members %v", got)
	}
	for person, want := range map[string]bool{"bob": true, "aaron": false, "": false} {
		if got := p.IsMember(person, "a", "none"); got != want {
			t.Errorf("IsMember(%q, a) = %t", person, got)
		}
	}
	if p.IsMember("bob") {
		t.Error("someone is a member of no groups")
	}
	if got, want := p.GroupNames(), []string{"a", "b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("groups %v, want %v", got, want)
	}
}

func TestEnvironmentsAreFoundByName(t *testing.T) {
	p := shipped(t)
	if e, ok := p.Environment("staging"); !ok || e.Name != "staging" {
		t.Errorf("environment staging: %v, %t", e, ok)
	}
	if _, ok := p.Environment("prod"); ok {
		t.Error("an environment that isn't there is found")
	}
	if got, want := p.EnvironmentNames(), []string{"dev", "staging", "production"}; !reflect.DeepEqual(got, want) {
		t.Errorf("environments %v, want %v", got, want)
	}
}

func TestPlatformsSurviveTheFunctionsEnvironment(t *testing.T) {
	for name, source := range fixtures(t, "valid/*.yaml") {
		want, err := platform.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := platform.Decode(string(text))
		forget(want)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: Decode: %v (-want +got):\n%s", name, err, diff)
		}
	}
	for _, text := range []string{"", "{}", "[]", `{"environments":[]}`, `{"environments":[{"name":"dev"}]`} {
		if _, err := platform.Decode(text); !errors.Is(err, pipeline.ErrInvalid) {
			t.Errorf("Decode(%q) = %v", text, err)
		}
	}
}

// forget takes out of p what its JSON doesn't hold.
func forget(p platform.Platform) {
	for i := range p.Environments {
		p.Environments[i].Allow = nil
	}
	for i, n := range p.Networks {
		p.Networks[i] = platform.Network{Name: n.Name}
	}
}

func TestTheFunctionsAreNotToldWhatEnvironmentsAllow(t *testing.T) {
	p := platform.Platform{Environments: []platform.Environment{{Name: "dev", Allow: platform.Allowance{platform.Roles: {"storefront-task"}}}}}
	if text, err := json.Marshal(p); err != nil || strings.Contains(string(text), "storefront-task") {
		t.Errorf("JSON %s, %v", text, err)
	}
}

func TestTheFunctionsAreToldOfNetworksTheirNamesOnly(t *testing.T) {
	p := platform.Platform{Networks: []platform.Network{
		{Name: "orders", VPC: "vpc-0a1b2c3d", Subnets: []string{"subnet-0a1b2c3d"}, SecurityGroups: []string{"sg-0a1b2c3d"}}, {Name: "billing"}}}
	if text, err := json.Marshal(p); err != nil || !strings.Contains(string(text), `"networks":[{"name":"orders"},{"name":"billing"}]`) {
		t.Errorf("JSON %s, %v", text, err)
	}
	if got, want := p.NetworkNames(), []string{"orders", "billing"}; !reflect.DeepEqual(got, want) {
		t.Errorf("networks %v, want %v", got, want)
	}
}

func TestRolesAreTakenWhereEnvironmentsHaveThem(t *testing.T) {
	for _, c := range []struct {
		e                  platform.Environment
		elsewhere, deploys bool
	}{
		{platform.Environment{Name: "dev"}, false, false},
		{platform.Environment{Name: "dev", Region: "eu-west-1"}, true, false},
		{platform.Environment{Name: "dev", Role: "deploy"}, false, true},
		{platform.Environment{Name: "dev", Account: "111122223333", Role: "deploy"}, true, true},
		{platform.Environment{Name: "dev", Account: "111122223333", Role: "deploy", Endpoint: "http://localhost:5000"}, false, false},
	} {
		if c.e.Elsewhere() != c.elsewhere || c.e.Deploys() != c.deploys {
			t.Errorf("%+v: elsewhere %t, deploys %t", c.e, c.e.Elsewhere(), c.e.Deploys())
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, source := range fixtures(f, "*/*.yaml") {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		p, err := platform.Parse(source)
		if err != nil {
			if !errors.Is(err, pipeline.ErrInvalid) || err.Error() == "" {
				t.Fatalf("Parse = %v, want problems", err)
			}
			return
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		forget(p)
		if again, err := platform.Decode(string(text)); err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("decoded again: %v\n%+v\n%+v", err, p, again)
		}
	})
}

func TestNobodyIsTakenForSlipwayItself(t *testing.T) {
	p := platform.Platform{Groups: map[string][]string{"managers": {"ann", "arn:aws:iam::111122223333:user/bob"}}}
	for arn, want := range map[string]string{
		"arn:aws:iam::111122223333:user/ann":              "ann",
		"arn:aws:iam::111122223333:user/teams/ann":        "ann",
		"arn:aws:iam::111122223333:user/bob":              "arn:aws:iam::111122223333:user/bob",
		"arn:aws:iam::111122223333:user/slipway":          "arn:aws:iam::111122223333:user/slipway",
		"arn:aws:sts::111122223333:assumed-role/ops/jane": "arn:aws:sts::111122223333:assumed-role/ops/jane",
	} {
		if got := p.Person(arn); got != want {
			t.Errorf("Person(%s) = %s, want %s", arn, got, want)
		}
	}
}
