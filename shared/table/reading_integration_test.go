//go:build integration

package table_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/events"
	"slipway/shared/pipeline"
	"slipway/shared/table"
)

func nounsComeBack(s *stack) {
	p := pipeline.Package{Name: "web", Version: pipeline.MustVersion("1.1.0-beta.1+x"), Feed: pipeline.FeedS3, Digest: "sha256:1", RegisteredAt: noon.Add(time.Nanosecond),
		Location: pipeline.Location{Bucket: "b", Key: "packages/web/ä <&>.zip", VersionID: "v", Size: 1<<53 + 1}, Build: events.Build{Commit: "c"}}
	r, refused := release(1), pipeline.Rejection{Location: p.Location, Message: "no", At: noon}
	d, _ := deployment(1, "dev", 1)
	d.Reason, d.Asked = "because \"<&>\"\n", &pipeline.Asked{Quorum: 2, Groups: []string{"managers"}}
	e := pipeline.Environment{Project: "storefront", Name: "dev", Holder: d.ID, Fence: 7, Queue: []pipeline.DeploymentID{d.ID}}
	run := pipeline.StepRun{Execution: pipeline.ExecutionID{Deployment: d.ID}, Step: "smoke", Kind: "script", Attempt: 2, Status: pipeline.StatusFailed, Outputs: map[string]string{"a b": ""}, Permanent: true}
	s.write(storefront, pipeline.Change{By: "x", Packages: []pipeline.Package{p}, Rejections: []pipeline.Rejection{refused}, Release: &r,
		Deployments: []pipeline.Deployment{d}, Environments: []pipeline.Environment{e}, Steps: []pipeline.StepRun{run}})

	ctx := s.Context()
	gotPackage, err := s.Package(ctx, "web", p.Version)
	same(s.T, "package", err, p, gotPackage)
	gotRelease, err := s.ReleaseOf(ctx, "storefront", r.Version)
	same(s.T, "release", err, r, gotRelease)
	gotDeployments, err := s.DeploymentsOf(ctx, "storefront", 1)
	same(s.T, "deployments", err, []pipeline.Deployment{d}, gotDeployments)
	gotEnvironment, err := s.Environment(ctx, "storefront", "dev")
	same(s.T, "environment", err, e, gotEnvironment)
	gotStep, err := s.Step(ctx, pipeline.ExecutionID{Deployment: d.ID}, "smoke")
	same(s.T, "step", err, run, gotStep)
	gotSteps, err := s.Steps(ctx, pipeline.ExecutionID{Deployment: d.ID})
	same(s.T, "steps", err, []pipeline.StepRun{run}, gotSteps)
	gotRefused, err := s.Rejection(ctx, refused.Location)
	same(s.T, "rejection", err, refused, gotRefused)
}

func pagesComeNewestFirst(s *stack) {
	for n := 1; n <= 11; n++ {
		r := release(n)
		d, requested := deployment(n, "dev", 1)
		s.write(storefront, pipeline.Change{By: "ci", Release: &r, Deployments: []pipeline.Deployment{d}, Events: []events.Event{requested}})
		s.write(storefront, pipeline.Change{By: "ci", Events: append(cancelled("a"), cancelled("b")...)}) // which are no deployments
	}
	below, releases := 0, []string{}
	for below != 1 {
		page, err := s.Releases(s.Context(), "storefront", below, 4)
		s.must(err)
		for _, r := range page {
			releases, below = append(releases, fmt.Sprint(r.Number)), r.Number
		}
	}
	next, deployments := 0, []string{}
	for first := true; first || next != 0; first = false {
		page, below, err := s.Deployments(s.Context(), "storefront", next, 4)
		s.must(err)
		for _, d := range page {
			deployments = append(deployments, fmt.Sprint(d.ID.Release))
		}
		next = below
	}
	const want = "11 10 9 8 7 6 5 4 3 2 1"
	if strings.Join(releases, " ") != want || strings.Join(deployments, " ") != want {
		s.Errorf("the releases are %q, the deployments %q", releases, deployments)
	}
}

func theLatestPackageIsFound(s *stack) {
	for _, version := range []string{"1.0.0", "2.0.0", "1.0.1"} {
		p := pipeline.Package{Name: "web", Version: pipeline.MustVersion(version), Feed: pipeline.FeedS3, Digest: "sha256:" + version}
		s.write(pipeline.PackageChain("web"), pipeline.Change{By: "ci", Packages: []pipeline.Package{p}, Events: []events.Event{p.Register()}})
	}
	for range 60 { // more than a page of a filtered query
		s.write(pipeline.PackageChain("web"), pipeline.Change{By: "ci", Events: []events.Event{events.PackageRejected{Package: "web"}}})
	}
	if p, err := s.LatestPackage(s.Context(), "web"); err != nil || p.Version.String() != "1.0.1" {
		s.Errorf("it is %s, %v", p.Version, err)
	}
}

func aLongLogIsReadWhole(s *stack) {
	for i := range 40 { // of 60 kB each, when a page has 1 MB
		s.write(storefront, pipeline.Change{By: "manager1", Events: cancelled(fmt.Sprintf("%02d", i) + strings.Repeat("ä", 30_000))})
	}
	if all := s.audit(storefront); len(all) != 40 {
		s.Errorf("it has %d records", len(all))
	}
}

func projectsAreListedAndForgotten(s *stack) {
	for _, name := range []string{"storefront", "backoffice", "backoffice-2"} {
		s.apply(name, "one <&> ä", []string{"web", "api"}, nil)
	}
	s.apply("storefront", "two", []string{"web"}, []string{"api"})
	s.takeUp("backoffice", nil, pipeline.Source{Repository: "shop/api", Package: "api", Since: noon})
	s.takeUp("backoffice-2", nil, pipeline.Source{Repository: "shop/api", Package: "api", Since: noon.Add(-time.Hour)})
	var names []string
	for after := ""; len(names) < 3; after = names[len(names)-1] {
		page, err := s.Projects(s.Context(), after, 2)
		s.must(err)
		if len(page) == 0 {
			break
		}
		names = append(names, page...)
	}
	if !slices.Equal(names, []string{"backoffice", "backoffice-2", "storefront"}) {
		s.Errorf("the projects are %q", names)
	}
	if p, err := s.Project(s.Context(), "storefront"); err != nil || p.Document != "sha256:two" || !p.AppliedAt.Equal(noon) {
		s.Errorf("the project is %+v, %v", p, err)
	}
	if source, err := s.Document(s.Context(), "storefront", "sha256:one <&> ä"); err != nil || string(source) != "one <&> ä" {
		s.Errorf("the first file is %q, %v", source, err)
	}
	uses, err := s.Uses(s.Context(), "api")
	same(s.T, "uses", err, []pipeline.PackageUse{{Project: "backoffice", Feed: pipeline.FeedS3}, {Project: "backoffice-2", Feed: pipeline.FeedS3}}, uses)
	sources, err := s.Sources(s.Context(), "shop/api")
	same(s.T, "sources", err, []pipeline.Source{{Repository: "shop/api", Package: "api", Since: noon.Add(-time.Hour)}}, sources)
}

func theHalvesOfAnApprovalMeet(s *stack) {
	whole := task()
	whole.Caller = "manager1"
	for _, half := range []table.ApprovalRequest{call(), {Caller: "developer1"}, task()} {
		_, err := s.JoinApproval(s.Context(), execution, half)
		s.must(err)
	}
	if r, err := s.JoinApproval(s.Context(), execution, table.ApprovalRequest{}); err != nil || r != whole {
		s.Errorf("it is %+v, %v", r, err)
	}
	found, err := s.client.Scan(s.Context(), &dynamodb.ScanInput{TableName: s.tableName()})
	s.must(err)
	if expires, ok := found.Items[0]["expiresAt"].(*types.AttributeValueMemberN); !ok || expires.Value != fmt.Sprint(noon.AddDate(0, 0, 30).Unix()) {
		s.Errorf("it expires at %v", found.Items[0]["expiresAt"])
	}
}

func nothingIsNotFound(s *stack) {
	id := pipeline.DeploymentID{Project: "storefront", Release: 1, Environment: "dev", Attempt: 1}
	_, deployment := s.Deployment(s.Context(), id)
	_, release := s.Release(s.Context(), "storefront", 1)
	_, latest := s.LatestPackage(s.Context(), "web")
	for what, err := range map[string]error{"deployment": deployment, "release": release, "latest package": latest} {
		s.wantError(what, err, pipeline.ErrNotFound)
	}
	if e, err := s.Environment(s.Context(), "storefront", "dev"); err != nil || e.Fence != 0 {
		s.Errorf("an environment without deployments is %+v, %v", e, err)
	}
	gone := table.Open(s.client, "gone", func() time.Time { return noon })
	if _, err := gone.Deployment(s.Context(), id); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
		s.Errorf("a table that isn't there: %v", err)
	}
}
