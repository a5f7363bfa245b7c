package table_test

import (
	"fmt"
	"slices"
	"testing"

	"slipway/shared/pipeline"
)

// apply puts a project file into force.
func (s *stack) apply(name, source string, packages, dropped []string) {
	s.Helper()
	record := pipeline.ProjectRecord{Name: name, Document: "sha256:" + source, Packages: packages, AppliedAt: noon, AppliedBy: "manager1", Sequencer: "0A"}
	s.write(pipeline.ProjectChain(name), pipeline.Change{By: "manager1", Project: &pipeline.AppliedProject{Record: record, Source: []byte(source), Dropped: dropped}})
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
		if got, err := s.ProjectsUsing(t.Context(), name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is used by %q, %v; want %q", name, got, err, want)
		}
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
