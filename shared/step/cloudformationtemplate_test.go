package step_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"slipway/shared/step"
)

// asksWith starts a deployment of the package with that template, and returns the
// template of the change set, or the failure.
func (s *stacks) asksWith(a step.Artifact, template string) (body string, failure *step.Failure) {
	s.t.Helper()
	w := attempt("storefront_1_production_1", `{"stack":"network","package":"web"`+template+`}`)
	w.Packages = map[string]step.Artifact{"web": a}
	_, failure = s.start("cloudformation", w)
	if s.made == nil {
		return "", failure
	}
	return aws.ToString(s.made.TemplateBody), failure
}

func TestATemplateIsThePackageOrAFileOfIt(t *testing.T) {
	indented := "{" + strings.Repeat(" ", 60_000) + "}"
	for name, c := range map[string]struct {
		push           func(s *stacks) step.Artifact
		template, want string
		failure        string
	}{
		"the package":     {func(s *stacks) step.Artifact { return s.pushBytes([]byte("Resources: {}")) }, "", "Resources: {}", ""},
		"a file":          {func(s *stacks) step.Artifact { return s.push("a/b.yaml", "Resources: {a: 1}", "c", "x") }, `,"template":"a/b.yaml"`, "Resources: {a: 1}", ""},
		"indented JSON":   {func(s *stacks) step.Artifact { return s.push("t.json", indented) }, `,"template":"t.json"`, "{}", ""},
		"no such file":    {func(s *stacks) step.Artifact { return s.push("a", "x") }, `,"template":"b"`, "", "NoSuchFile: package web@1.4.0 has no file b"},
		"no archive":      {func(s *stacks) step.Artifact { return s.pushBytes([]byte("x")) }, `,"template":"b"`, "", "BadArchive"},
		"too large":       {func(s *stacks) step.Artifact { return s.push("t", strings.Repeat("x", 60_000)) }, `,"template":"t"`, "", "TemplateTooLarge: the template has 60000 bytes"},
		"much too large":  {func(s *stacks) step.Artifact { return s.push("t", strings.Repeat("x", 2<<20)) }, `,"template":"t"`, "", "TemplateTooLarge: t of package web@1.4.0"},
		"a large package": {func(s *stacks) step.Artifact { return s.pushBytes(make([]byte, 2<<20)) }, "", "", "TemplateTooLarge: package web@1.4.0"},
		"another digest": {func(s *stacks) step.Artifact {
			a := s.push("t", "x")
			a.Digest = "sha256:" + strings.Repeat("0", 64)
			return a
		}, `,"template":"t"`, "", "DigestMismatch"},
	} {
		s := newStacks(t, types.StackStatusCreateComplete)
		body, failure := s.asksWith(c.push(s), c.template)
		if c.failure == "" && (failure != nil || body != c.want) || c.failure != "" && (failure == nil || !failure.Permanent || !strings.HasPrefix(failure.Error(), c.failure) || body != "") {
			t.Errorf("%s: %.100q, %v, want %q %s", name, body, failure, c.want, c.failure)
		}
	}
}

func TestATemplateInS3IsLeftToCloudFormation(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", attempt("storefront_1_production_1", `{"stack":"network","template":"s3://templates/a/network.yaml"}`))
	if want := "https://templates.s3.eu-central-1.amazonaws.com/a/network.yaml"; s.made == nil || aws.ToString(s.made.TemplateURL) != want || s.made.TemplateBody != nil {
		t.Errorf("the change set is made of %+v", s.made)
	}
}
