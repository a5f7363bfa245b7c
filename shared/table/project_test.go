package table_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"slipway/shared/pipeline"
)

// apply puts a project file into force.
func (s *stack) apply(name, source string, packages, dropped []string) {
	s.Helper()
	record := pipeline.ProjectRecord{Name: name, Document: "sha256:" + source, Packages: packages, AppliedAt: noon, AppliedBy: "manager1", Sequencer: "0A"}
	var references []pipeline.PackageReference
	for _, used := range packages {
		references = append(references, pipeline.PackageReference{Name: used, Feed: pipeline.FeedS3})
	}
	s.write(pipeline.ProjectChain(name), pipeline.Change{By: "manager1",
		Project: &pipeline.AppliedProject{Record: record, Source: []byte(source), References: references, Dropped: dropped}})
}

func TestAProjectHasTheFileThatWasAppliedLast(t *testing.T) {
	s := newStack(t)
	s.apply("storefront", "one", []string{"web"}, nil)
	s.apply("storefront", "two\n# <&> ä\n", []string{"web"}, nil)
	record, err := s.Project(t.Context(), "storefront")
	if err != nil || record.Document != "sha256:two\n# <&> ä\n" || record.AppliedBy != "manager1" || record.Sequencer != "0A" || !record.AppliedAt.Equal(noon) {
		t.Errorf("it is %+v, %v", record, err)
	}
	for digest, want := range map[string]string{"sha256:one": "one", record.Document: "two\n# <&> ä\n"} {
		if source, err := s.Document(t.Context(), "storefront", digest); err != nil || string(source) != want {
			t.Errorf("%s is %q, %v", digest, source, err)
		}
	}
}

func TestPackagesKnowTheProjectsThatUseThem(t *testing.T) {
	s := newStack(t)
	s.apply("storefront", "one", []string{"api", "web"}, nil)
	s.apply("backoffice", "one", []string{"api"}, nil)
	s.apply("storefront", "two", []string{"web", "worker"}, []string{"api"})
	for name, want := range map[string][]string{"api": {"backoffice"}, "web": {"storefront"}, "worker": {"storefront"}, "we": nil, "docs": nil} {
		uses, err := s.Uses(t.Context(), name)
		var got []string
		for _, use := range uses {
			got = append(got, use.Project)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is used by %q, %v; want %q", name, got, err, want)
		}
	}
}

// takeUp makes sources the project's, and gives up those that it had.
func (s *stack) takeUp(name string, abandoned []pipeline.Source, sources ...pipeline.Source) {
	s.Helper()
	record := pipeline.ProjectRecord{Name: name, Sources: sources, AppliedAt: noon}
	s.write(pipeline.ProjectChain(name), pipeline.Change{By: "manager1",
		Project: &pipeline.AppliedProject{Record: record, Abandoned: abandoned}})
}

func TestARepositoryKnowsItsPackagesAndSinceWhen(t *testing.T) {
	s := newStack(t)
	source := func(name string, hours int) pipeline.Source {
		return pipeline.Source{Repository: "shop/api", Package: name, Since: noon.Add(time.Duration(hours) * time.Hour)}
	}
	old := source("old", 0)
	s.takeUp("a", nil, source("api", 3), old)
	s.takeUp("b", nil, source("api", 1), source("api-b", 9))
	s.takeUp("c", nil, source("api", 2), pipeline.Source{Repository: "shop/web", Package: "web", Since: noon})
	s.takeUp("a", []pipeline.Source{old}, source("api", 3))
	want := []pipeline.Source{source("api", 1), source("api-b", 9)}
	if got, err := s.Sources(t.Context(), "shop/api"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("its packages are %v, %v; want %v", got, err, want)
	}
	if got, err := s.Sources(t.Context(), "shop"); err != nil || got != nil {
		t.Errorf("another repository has %v, %v", got, err)
	}
}

func TestAnImageIsRefusedOnItsOwn(t *testing.T) {
	s := newStack(t)
	image := pipeline.Location{Repository: "bucket", Key: "1.4", VersionID: "sha256:1"}
	s.write(pipeline.PackageChain("api"), pipeline.Change{Rejections: []pipeline.Rejection{{Location: image, Message: "no"}}})
	if got, err := s.Rejection(t.Context(), image); err != nil || got.Message != "no" {
		t.Errorf("its refusal is %+v, %v", got, err)
	}
	object := pipeline.Location{Bucket: image.Repository, Key: image.Key, VersionID: image.VersionID}
	if _, err := s.Rejection(t.Context(), object); !errors.Is(err, pipeline.ErrNotFound) {
		t.Errorf("an object of that name is refused, too: %v", err)
	}
}

func TestProjectsComeByNamePageByPage(t *testing.T) {
	s := newStack(t)
	for _, n := range []int{3, 1, 5, 2, 4} {
		s.apply(fmt.Sprintf("project-%d", n), "x", []string{"web"}, nil)
	}
	s.apply("project-1-b", "x", []string{"web"}, nil)
	s.apply("project-1", "y", []string{"web"}, nil) // again
	var names []string
	for after := ""; ; {
		page, err := s.Projects(t.Context(), after, 2)
		s.must(err)
		if len(page) == 0 {
			break
		}
		names, after = append(names, page...), page[len(page)-1]
	}
	if want := []string{"project-1", "project-1-b", "project-2", "project-3", "project-4", "project-5"}; !slices.Equal(names, want) {
		t.Errorf("they are %q, want %q", names, want)
	}
}
