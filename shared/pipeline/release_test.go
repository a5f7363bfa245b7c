package pipeline_test

import (
	"slices"
	"testing"

	"slipway/events"
	"slipway/shared/pipeline"
)

func TestAReleaseIsItsPackagesAsTheyWerePinned(t *testing.T) {
	p := pipeline.Package{Name: "web", Version: pipeline.MustVersion("1.2.0"), Feed: pipeline.FeedS3, Digest: "sha256:1",
		Location: pipeline.Location{Bucket: "b", Key: "k", VersionID: "v", Size: 5}, Build: events.Build{Author: "developer1"}, RegisteredAt: noon}
	registered := events.PackageRegistered{Package: "web", Version: "1.2.0", Feed: "s3", Digest: "sha256:1", Bucket: "b", Key: "k", VersionID: "v", Size: 5, Build: p.Build}
	if got := p.Register(); got != registered {
		t.Errorf("it is registered with %+v", got)
	}
	r := release(2)
	r.Document, r.Packages = "sha256:2", []pipeline.ReleasePackage{p.Pin(), {Name: "worker", Version: p.Version, Digest: "sha256:3"}}
	created := r.Create()
	want := []events.ReleasePackage{{Package: "web", Version: "1.2.0", Digest: "sha256:1"}, {Package: "worker", Version: "1.2.0", Digest: "sha256:3"}}
	if created.Release != "1.2.0" || created.Number != 2 || created.Document != "sha256:2" || !slices.Equal(created.Packages, want) {
		t.Errorf("it is created with %+v", created)
	}
	if authors := r.Authors(); !slices.Equal(authors, []string{"developer1"}) {
		t.Errorf("its authors are %q", authors)
	}
}

func TestAProjectNamesItsEnvironmentsAndPackagesOnce(t *testing.T) {
	p := pipeline.Project{Lifecycles: []pipeline.Lifecycle{three(), {Phases: []pipeline.Phase{{Environments: []string{"dev", "lab"}}}}},
		Packages: []pipeline.PackageReference{{Name: "api"}, {Name: "web"}}}
	if got := p.Environments(); !slices.Equal(got, []string{"dev", "eu", "staging", "production", "cold", "lab"}) {
		t.Errorf("environments %q", got)
	}
	if got := p.PackageNames(); !slices.Equal(got, []string{"api", "web"}) {
		t.Errorf("packages %q", got)
	}
}
