package table_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slipway/events"
	"slipway/shared/pipeline"
)

// same compares nouns as they come from the table with those that were written.
func same(t *testing.T, what string, err error, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(pipeline.Version.Equal), cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
	}
}

func TestNounsComeBackAsTheyWereWritten(t *testing.T) {
	s := newStack(t)
	p := pipeline.Package{Name: "web", Version: pipeline.MustVersion("1.1.0-beta.1+x"), Feed: pipeline.FeedS3, Digest: "sha256:1", RegisteredAt: noon.Add(time.Nanosecond),
		Location: pipeline.Location{Bucket: "b", Key: "packages/web/ä <&>.zip", VersionID: "v", Size: 1<<53 + 1}, Build: events.Build{Commit: "c", Author: "a", URL: "u", Branch: "b", CommittedAt: "t"}}
	r := release(1)
	d, _ := deployment(1, "dev", 1)
	d.Status, d.StartedAt, d.FinishedAt, d.Plan, d.Token, d.Reason = pipeline.StatusRejected, noon.Add(time.Minute), noon.Add(time.Hour), "sha256:p", "t", "because \"<&>\"\n"
	d.Asked = &pipeline.Asked{Quorum: 2, Groups: []string{"managers"}, Excluded: []string{"a"}}
	d.Approvals = []pipeline.Approval{{Plan: "sha256:p", By: "manager1", Decision: "approve", Note: "", At: noon}, {Plan: "sha256:p", By: "manager2", Decision: "reject", Note: "no", At: noon}}
	e := pipeline.Environment{Project: "storefront", Name: "dev", Holder: d.ID, Fence: 7, Queue: []pipeline.DeploymentID{{Project: "storefront", Release: 2, Environment: "dev", Attempt: 3}},
		Current: &pipeline.Deployed{Deployment: d.ID, Version: r.Version, At: noon}}
	run := pipeline.StepRun{Execution: pipeline.ExecutionID{Deployment: d.ID}, Step: "smoke", Kind: "script", Attempt: 2, Status: pipeline.StatusFailed, Token: "t", StartedAt: noon, FinishedAt: noon,
		Outputs: map[string]string{"": "empty", "a b": ""}, Error: "ScriptFailed", Cause: "exit status 1", Permanent: true}
	refused := pipeline.Rejection{Location: pipeline.Location{Bucket: "b", Key: "packages/x", VersionID: "v2", Size: 5}, Message: "no", At: noon}
	s.write(storefront, pipeline.Change{By: "x", Packages: []pipeline.Package{p}, Rejections: []pipeline.Rejection{refused}, Release: &r,
		Deployments: []pipeline.Deployment{d}, Environments: []pipeline.Environment{e}, Steps: []pipeline.StepRun{run}})
	ctx := t.Context()

	gotPackage, err := s.Package(ctx, "web", p.Version)
	same(t, "package", err, p, gotPackage)
	gotRelease, err := s.Release(ctx, "storefront", 1)
	same(t, "release", err, r, gotRelease)
	gotRelease, err = s.ReleaseOf(ctx, "storefront", r.Version)
	same(t, "release by version", err, r, gotRelease)
	gotDeployment, err := s.Deployment(ctx, d.ID)
	same(t, "deployment", err, d, gotDeployment)
	gotEnvironment, err := s.Environment(ctx, "storefront", "dev")
	same(t, "environment", err, e, gotEnvironment)
	gotStep, err := s.Step(ctx, pipeline.ExecutionID{Deployment: d.ID}, "smoke")
	same(t, "step", err, run, gotStep)
	gotSteps, err := s.Steps(ctx, pipeline.ExecutionID{Deployment: d.ID})
	same(t, "steps", err, []pipeline.StepRun{run}, gotSteps)
	gotRefused, err := s.Rejection(ctx, refused.Location)
	same(t, "rejection", err, refused, gotRefused)
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	s := newStack(t)
	ctx, v := t.Context(), pipeline.MustVersion("1.0.0")
	id := pipeline.DeploymentID{Project: "storefront", Release: 1, Environment: "dev", Attempt: 1}
	for what, read := range map[string]func() error{
		"package web 1.0.0":                   func() error { _, err := s.Package(ctx, "web", v); return err },
		"a version of package web":            func() error { _, err := s.LatestPackage(ctx, "web"); return err },
		"project storefront":                  func() error { _, err := s.Project(ctx, "storefront"); return err },
		"project file sha256:1 of storefront": func() error { _, err := s.Document(ctx, "storefront", "sha256:1"); return err },
		"release number 1 of storefront":      func() error { _, err := s.Release(ctx, "storefront", 1); return err },
		"release 1.0.0 of storefront":         func() error { _, err := s.ReleaseOf(ctx, "storefront", v); return err },
		"deployment storefront_1_dev_1":       func() error { _, err := s.Deployment(ctx, id); return err },
		"step smoke of storefront_1_dev_1":    func() error { _, err := s.Step(ctx, pipeline.ExecutionID{Deployment: id}, "smoke"); return err },
		"rejection of s3://b/k":               func() error { _, err := s.Rejection(ctx, pipeline.Location{Bucket: "b", Key: "k"}); return err },
		"run storefront_clean-up_1":           func() error { _, err := s.Table.Run(ctx, runID("clean-up", 1)); return err },
		"step smoke of storefront_clean-up_1": func() error {
			_, err := s.Step(ctx, pipeline.ExecutionID{Run: runID("clean-up", 1)}, "smoke")
			return err
		},
		"occasion slot 1 of runbook clean-up of storefront in dev": func() error { _, err := s.Occasion(ctx, "storefront", "clean-up", "dev", "slot 1"); return err },
	} {
		err := read()
		s.wantError(what, err, pipeline.ErrNotFound)
		if err != nil && !strings.HasPrefix(err.Error(), what) {
			t.Errorf("%q does not name %s", err, what)
		}
	}
}

func TestAnEnvironmentWhereNothingWasDeployedIsFree(t *testing.T) {
	e, err := newStack(t).Environment(t.Context(), "storefront", "dev")
	same(t, "environment", err, pipeline.Environment{Project: "storefront", Name: "dev"}, e)
}

func TestReleasesComeNewestFirstPageByPage(t *testing.T) {
	s := newStack(t)
	for n := 1; n <= 11; n++ {
		r := release(n)
		s.write(storefront, pipeline.Change{By: "ci", Release: &r})
	}
	var pages []string
	for below := 0; below != 1; {
		page, err := s.Releases(t.Context(), "storefront", below, 4)
		s.must(err)
		var numbers []string
		for _, r := range page {
			numbers = append(numbers, fmt.Sprint(r.Number))
			below = r.Number
		}
		pages = append(pages, strings.Join(numbers, " "))
	}
	if want := []string{"11 10 9 8", "7 6 5 4", "3 2 1"}; !slices.Equal(pages, want) {
		t.Errorf("the pages are %q, want %q", pages, want)
	}
	if page, err := s.Releases(t.Context(), "storefront", 1, 4); err != nil || len(page) > 0 {
		t.Errorf("below the first there are %d, %v", len(page), err)
	}
	if page, err := s.Releases(t.Context(), "other", 0, 4); err != nil || len(page) > 0 {
		t.Errorf("another project has %d, %v", len(page), err)
	}
}

func TestDeploymentsComeLastRequestedFirstPageByPage(t *testing.T) {
	s := newStack(t)
	for n := 1; n <= 5; n++ {
		d := s.request(n, "dev", 1)
		d.Status = pipeline.StatusFailed // a page shows what they are, not what they were
		s.write(storefront, pipeline.Change{By: "slipway", Deployments: []pipeline.Deployment{d}, Events: cancelled("x")})
	}
	for size, want := range map[int][]string{2: {"5 4", "3 2", "1"}, 5: {"5 4 3 2 1", ""}, 100: {"5 4 3 2 1"}} {
		var pages []string
		for next, first := 0, true; first || next != 0; first = false {
			page, below, err := s.Deployments(t.Context(), "storefront", next, size)
			s.must(err)
			var numbers []string
			for _, d := range page {
				numbers = append(numbers, fmt.Sprint(d.ID.Release))
				if d.Status != pipeline.StatusFailed {
					t.Errorf("%s is %s", d.ID, d.Status)
				}
			}
			pages, next = append(pages, strings.Join(numbers, " ")), below
		}
		if !slices.Equal(pages, want) {
			t.Errorf("the pages of %d are %q, want %q", size, pages, want)
		}
	}
}

func TestDeploymentsOfAReleaseAreThoseOfNoOther(t *testing.T) {
	s := newStack(t)
	for _, n := range []int{1, 10, 2} {
		s.request(n, "staging", 1)
		s.request(n, "dev", 1)
		s.request(n, "dev", 2)
	}
	all, err := s.DeploymentsOf(t.Context(), "storefront", 1)
	s.must(err)
	var ids []string
	for _, d := range all {
		ids = append(ids, d.ID.String())
	}
	if want := []string{"storefront_1_dev_1", "storefront_1_dev_2", "storefront_1_staging_1"}; !slices.Equal(ids, want) {
		t.Errorf("they are %q, want %q", ids, want)
	}
}

func TestStepsAreThoseOfOneAttempt(t *testing.T) {
	s := newStack(t)
	first, _ := deployment(1, "dev", 1)
	second, _ := deployment(1, "dev", 2)
	for _, run := range []pipeline.StepRun{{Execution: pipeline.ExecutionID{Deployment: first.ID}, Step: "smoke"}, {Execution: pipeline.ExecutionID{Deployment: first.ID}, Step: "site"}, {Execution: pipeline.ExecutionID{Deployment: second.ID}, Step: "site"}} {
		s.write(storefront, pipeline.Change{By: "slipway", Steps: []pipeline.StepRun{run}})
	}
	all, err := s.Steps(t.Context(), pipeline.ExecutionID{Deployment: first.ID})
	if err != nil || len(all) != 2 || all[0].Step != "site" || all[1].Step != "smoke" || all[0].Execution.Deployment != first.ID {
		t.Errorf("they are %+v, %v", all, err)
	}
}

func TestTheAuditLogComesOldestFirstPageByPage(t *testing.T) {
	s := newStack(t)
	for n := 1; n <= 7; n++ {
		s.write(storefront, pipeline.Change{By: "x", Events: cancelled(fmt.Sprint(n))})
	}
	var sequences []int
	for after := 0; ; {
		page, err := s.Audit(t.Context(), storefront, after, 3)
		s.must(err)
		if len(page) == 0 {
			break
		}
		for _, a := range page {
			sequences, after = append(sequences, a.Sequence), a.Sequence
		}
	}
	if !slices.Equal(sequences, []int{1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("the records are %v", sequences)
	}
}

func TestTheLatestPackageIsTheOneRegisteredLast(t *testing.T) {
	s := newStack(t)
	for _, version := range []string{"1.0.0", "2.0.0", "1.0.1"} {
		p := pipeline.Package{Name: "web", Version: pipeline.MustVersion(version), Feed: pipeline.FeedS3, Digest: "sha256:" + version}
		s.write(pipeline.PackageChain("web"), pipeline.Change{By: "ci", Packages: []pipeline.Package{p}, Events: []events.Event{p.Register()}})
	}
	s.write(pipeline.PackageChain("web"), pipeline.Change{By: "ci", Events: []events.Event{events.PackageRejected{Package: "web"}}})
	if p, err := s.LatestPackage(t.Context(), "web"); err != nil || p.Version.String() != "1.0.1" {
		t.Errorf("it is %s, %v", p.Version, err)
	}
}
