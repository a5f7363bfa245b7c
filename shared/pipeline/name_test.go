package pipeline_test

import (
	"strings"
	"testing"

	"slipway/shared/pipeline"
)

func TestNamesAreLowerCaseGroupsJoinedByHyphens(t *testing.T) {
	for _, name := range []string{"a", "dev", "storefront", "eu-west-1", "a1-b2", strings.Repeat("x", pipeline.MaxName)} {
		must(t, pipeline.CheckName("project", name))
	}
	for _, name := range []string{"", "1dev", "-dev", "dev-", "eu--west", "Dev", "dev_1", "dev.1", "dév", "dev/1", "dev\n", strings.Repeat("x", pipeline.MaxName+1)} {
		wantError(t, name, pipeline.CheckName("project", name), pipeline.ErrInvalid)
	}
}

func TestPackageNamesMayHaveDotsAndUnderscores(t *testing.T) {
	for _, name := range []string{"web", "api.jobs", "a_b", "0x", "web-2.x", strings.Repeat("x", 64)} {
		must(t, pipeline.CheckPackageName(name))
	}
	for _, name := range []string{"", ".web", "-web", "_web", "Web", "we/b", "web ", "wéb", "web\n", strings.Repeat("x", 65)} {
		wantError(t, name, pipeline.CheckPackageName(name), pipeline.ErrInvalid)
	}
}

func TestPackageKeysNameAPackageAndItsVersion(t *testing.T) {
	name, v, err := pipeline.ParsePackageKey("packages/web/1.4.0/web.zip")
	if err != nil || name != "web" || v.String() != "1.4.0" {
		t.Errorf("read %q %q, %v", name, v, err)
	}
	for _, key := range []string{"", "web.zip", "packages/web/1.4.0", "packages/web/1.4.0/", "packages/web/1.4.0/a/b.zip", "package/web/1.4.0/web.zip",
		"packages//1.4.0/web.zip", "packages/Web/1.4.0/web.zip", "packages/../1.4.0/web.zip", "packages/web/v1.4.0/web.zip", "/packages/web/1.4.0/web.zip"} {
		_, _, err := pipeline.ParsePackageKey(key)
		wantError(t, key, err, pipeline.ErrInvalid)
	}
}

func TestOfABadPackageKeyTheNameIsReadIfItCanBe(t *testing.T) {
	name, v, err := pipeline.ParsePackageKey("packages/web/latest/web.zip")
	if err == nil || name != "web" || v.String() != "" {
		t.Errorf("read %q %q, %v", name, v, err)
	}
}

func TestProjectKeysNameAProject(t *testing.T) {
	if name, err := pipeline.ParseProjectKey("projects/storefront/slipway.yaml"); err != nil || name != "storefront" {
		t.Errorf("read %q, %v", name, err)
	}
	for _, key := range []string{"", "projects/storefront/slipway.yml", "projects/storefront/x/slipway.yaml", "projects/Storefront/slipway.yaml", "projects//slipway.yaml", "project/storefront/slipway.yaml"} {
		_, err := pipeline.ParseProjectKey(key)
		wantError(t, key, err, pipeline.ErrInvalid)
	}
}

func TestDeploymentIDsSurviveTheirText(t *testing.T) {
	longest := pipeline.DeploymentID{Project: strings.Repeat("p", pipeline.MaxName), Release: 999999999, Environment: strings.Repeat("e", pipeline.MaxName), Attempt: 9999}
	for _, id := range []pipeline.DeploymentID{{Project: "storefront", Release: 12, Environment: "production", Attempt: 1}, {Project: "a-b", Release: 1, Environment: "eu-west-1", Attempt: 10}, longest} {
		parsed, err := pipeline.ParseDeploymentID(id.String())
		if err != nil || parsed != id {
			t.Errorf("%s became %+v, %v", id, parsed, err)
		}
	}
	if n := len(longest.String()); n > 80 {
		t.Errorf("the longest id has %d characters; the name of an execution has at most 80", n)
	}
}

func TestOnlyDeploymentIDsAreDeploymentIDs(t *testing.T) {
	for _, text := range []string{"", "storefront", "storefront_12_production", "storefront_012_production_1", "storefront_0_production_1",
		"storefront_12_production_0", "storefront_12_production_1_1", "Storefront_12_production_1", "storefront_12_production_1\n", "storefront_9999999999_dev_1"} {
		_, err := pipeline.ParseDeploymentID(text)
		wantError(t, text, err, pipeline.ErrInvalid)
	}
}

func TestTheZeroDeploymentIDIsEmptyText(t *testing.T) {
	id := pipeline.DeploymentID{Project: "storefront", Release: 1, Environment: "dev", Attempt: 1}
	must(t, id.UnmarshalText(nil))
	if id != (pipeline.DeploymentID{}) || id.String() != "" {
		t.Errorf("empty text is %q", id)
	}
}

func FuzzParseKeys(f *testing.F) {
	for _, key := range []string{"packages/web/1.4.0/web.zip", "projects/storefront/slipway.yaml", "storefront_12_production_1", "packages//1.0.0/x"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if name, v, err := pipeline.ParsePackageKey(text); err == nil && !strings.HasPrefix(text, "packages/"+name+"/"+v.String()+"/") {
			t.Errorf("key %q reads %q %q", text, name, v)
		}
		if name, err := pipeline.ParseProjectKey(text); err == nil && text != "projects/"+name+"/slipway.yaml" {
			t.Errorf("key %q reads %q", text, name)
		}
		if id, err := pipeline.ParseDeploymentID(text); err == nil && id.String() != text {
			t.Errorf("deployment %q reads %q", text, id)
		}
	})
}
