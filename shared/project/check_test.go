package project_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"slipway/shared/pipeline"
	"slipway/shared/platform"
	"slipway/shared/project"
)

func shipped() platform.Platform {
	return platform.Platform{
		Environments: []platform.Environment{{Name: "dev"}, {Name: "staging"}, {Name: "production"}},
		Groups:       map[string][]string{"release-managers": {"manager1", "manager2"}, "developers": {"developer1"}},
		Repositories: []string{"storefront/api"},
	}
}

func TestCheckAcceptsWhatThePlatformHas(t *testing.T) {
	for name, source := range fixtures(t, "valid/*.yaml") {
		d, err := project.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Check(shipped()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckNamesWhatThePlatformLacks(t *testing.T) {
	source := `project: p
packages: { web: { feed: ecr, repository: storefront/apo } }
channels: [{ name: all, lifecycle: only }]
lifecycles:
  only:
    - { phase: a, environments: [dev, stage], deploy: automatic, approval: { approvers: [release-manager], quorum: 9 } }
    - { phase: b, environments: [production], deploy: automatic, approval: { approvers: [release-managers, developers], quorum: 4 } }
variables:
  A: { value: a, when: [{ environment: prod, value: b }] }
process: [{ name: hello, uses: script, run: "true" }]
`
	d, err := project.Parse([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	err = d.Check(shipped())
	want := strings.Join([]string{
		`2:43: repository "storefront/apo" is not in the platform file; did you mean "storefront/api"? the repositories there are "storefront/api"`,
		`6:39: environment "stage" is not in the platform file; the environments there are "dev", "staging" and "production"`,
		`6:90: group "release-manager" is not in the platform file; did you mean "release-managers"? the groups there are "developers" and "release-managers"`,
		`7:129: a quorum of 4 can never be met: the approvers are 3; ask for at most 3 or add people to the groups in the platform file`,
		`9:40: environment "prod" is not in the platform file; did you mean "production"? the environments there are "dev", "staging" and "production"`,
	}, "\n")
	if !errors.Is(err, pipeline.ErrInvalid) || err.Error() != want {
		t.Errorf("Check = %v\nwant %s", err, want)
	}
}

func TestCheckNamesWhatThePlatformLacksForRunbooks(t *testing.T) {
	d, err := project.Parse([]byte(strings.NewReplacer("PROJECT", "p", "PACKAGE", "p").Replace(minimal) + `runbooks:
  restart:
    environments: [dev, stage]
    run-by: [developers, managers]
    draft-by: [developer]
    process: [{ name: hello, uses: script, run: "true" }]
  again: { environments: [prod], process: [{ name: hello, uses: script, run: "true" }] }
`))
	if err != nil {
		t.Fatal(err)
	}
	err = d.Check(shipped())
	want := strings.Join([]string{
		`8:25: environment "stage" is not in the platform file; the environments there are "dev", "staging" and "production"`,
		`9:26: group "managers" is not in the platform file; the groups there are "developers" and "release-managers"`,
		`10:16: group "developer" is not in the platform file; did you mean "developers"? the groups there are "developers" and "release-managers"`,
		`12:27: environment "prod" is not in the platform file; did you mean "production"? the environments there are "dev", "staging" and "production"`,
	}, "\n")
	if !errors.Is(err, pipeline.ErrInvalid) || err.Error() != want {
		t.Errorf("Check = %v\nwant %s", err, want)
	}
}

func TestCheckNamesTheGroupsThatStepsAskAndThePlatformLacks(t *testing.T) {
	d, err := project.Parse([]byte(strings.NewReplacer("PROJECT", "p", "PACKAGE", "p").Replace(strings.Replace(minimal, "process: [{ name: hello, uses: script, run: \"true\" }]", "process:", 1)) + `  - { name: managers, uses: approval, with: { approvers: [release-managers, managers], quorum: 9 } }
runbooks:
  restart:
    environments: [dev]
    process:
      - { name: ask, uses: approval, with: { approvers: [developers], quorum: 1 } }
      - { name: again, uses: approval, with: { approvers: [operators] } }
`))
	if err != nil {
		t.Fatal(err)
	}
	err = d.Check(shipped())
	want := strings.Join([]string{
		`6:77: group "managers" is not in the platform file; the groups there are "developers" and "release-managers"`,
		`12:60: group "operators" is not in the platform file; the groups there are "developers" and "release-managers"`,
	}, "\n")
	if !errors.Is(err, pipeline.ErrInvalid) || err.Error() != want {
		t.Errorf("Check = %v\nwant %s", err, want)
	}
}

func TestCheckNamesTheNetworksThatScriptsAreInAndThePlatformLacks(t *testing.T) {
	d, err := project.Parse([]byte(strings.NewReplacer("PROJECT", "p", "PACKAGE", "p").Replace(strings.Replace(minimal, "process: [{ name: hello, uses: script, run: \"true\" }]", "process:", 1)) + `  - { name: orders, uses: script, run: "true", network: orders }
  - { name: order, uses: script, run: "true", network: order }
  - { name: anywhere, uses: script, run: "true" }
runbooks:
  migrate:
    environments: [dev]
    process:
      - name: migrate
        uses: script
        run: "true"
        network: billing
`))
	if err != nil {
		t.Fatal(err)
	}
	p := shipped()
	p.Networks = []platform.Network{{Name: "orders"}}
	for want, p := range map[string]platform.Platform{
		`7:56: network "order" is not in the platform file; did you mean "orders"? the networks there are "orders"
16:18: network "billing" is not in the platform file; the networks there are "orders"`: p,
		`6:57: network "orders" is not in the platform file; the networks there are none
7:56: network "order" is not in the platform file; the networks there are none
16:18: network "billing" is not in the platform file; the networks there are none`: shipped(),
	} {
		if err := d.Check(p); !errors.Is(err, pipeline.ErrInvalid) || err.Error() != want {
			t.Errorf("Check = %v\nwant %s", err, want)
		}
	}
}

func TestDurationsAreReadStrictly(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30m": 30 * time.Minute, "72h": 72 * time.Hour, "7d": 168 * time.Hour, "1d2h3m4s": 26*time.Hour + 184*time.Second, "365d": project.MaxSoak,
		"": 0, "0m": 0, "366d": 0, "-1h": 0, "1.5h": 0, "1m1h": 0, "h": 0, "10": 0, "1w": 0, "999999999d": 0, "9999999999s": 0, " 1h": 0,
	} {
		got, err := project.ParseDuration(text, project.MaxSoak)
		if got != want || (err == nil) != (want > 0) || (err != nil && !errors.Is(err, pipeline.ErrInvalid)) {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
}

func TestAPackageIsPushedToOnePlace(t *testing.T) {
	d, err := project.Parse([]byte(`project: p
packages: { web: { feed: s3 }, api: { feed: ecr, repository: shop/api } }
channels: [{ name: all, lifecycle: only }]
lifecycles: { only: [{ phase: a, environments: [dev], deploy: automatic }] }
process: [{ name: hello, uses: script, run: "true" }]
`))
	if err != nil {
		t.Fatal(err)
	}
	s3, ecr := pipeline.PackageUse{Project: "q", Feed: pipeline.FeedS3}, pipeline.PackageUse{Project: "q", Feed: pipeline.FeedECR, Repository: "shop/api"}
	if err := d.CheckFeeds(map[string][]pipeline.PackageUse{"web": {s3}, "api": {ecr, {Project: "p", Feed: pipeline.FeedS3}}}); err != nil {
		t.Errorf("what other projects say the same: %v", err)
	}
	err = d.CheckFeeds(map[string][]pipeline.PackageUse{"web": {ecr}, "api": {s3}})
	want := `2:13: package "web": project q has it from { feed: ecr, repository: shop/api }; write the same, or give the package another name
2:32: package "api": project q has it from { feed: s3 }; write the same, or give the package another name`
	if !errors.Is(err, pipeline.ErrInvalid) || err.Error() != want {
		t.Errorf("CheckFeeds = %v\nwant %s", err, want)
	}
}
