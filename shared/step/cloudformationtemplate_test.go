package step_test

import (
	"slices"
	"strings"
	"testing"
	"time"

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

func TestAPreviewIsWhatTheStepThenDoes(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	kind, _ := step.Lookup("cloudformation")
	previewer := kind.(step.Previewer)
	d := step.Dependencies{Objects: s.objects, Accounts: s, Timers: s, WorkBucket: "work", Now: func() time.Time { return s.now }}
	w := deploying("")
	var log strings.Builder
	w.Log = &log
	if lines, ready, err := previewer.Preview(t.Context(), d, w); err != nil || ready || len(lines) > 0 {
		t.Errorf("while it is made, the preview is %q, %t, %v", lines, ready, err)
	}
	s.complete()
	lines, ready, err := previewer.Preview(t.Context(), d, w)
	if want := []string{"Add Queue (AWS::SQS::Queue)", "Modify Topic (AWS::SNS::Topic) alerts, replacement: true"}; err != nil || !ready || !slices.Equal(lines, want) {
		t.Errorf("the preview is %q, %t, %v", lines, ready, err)
	}
	s.start("cloudformation", deploying(""))
	if s.asked("CreateChangeSet") != 1 || s.asked("ExecuteChangeSet") != 1 {
		t.Errorf("%d change sets, %d executions", s.asked("CreateChangeSet"), s.asked("ExecuteChangeSet"))
	}
	other := newStacks(t, types.StackStatusCreateComplete)
	other.set = s.set
	other.start("cloudformation", deploying(`,"parameters":{"A":"1"}`))
	if other.asked("CreateChangeSet") != 1 {
		t.Error("what was shown for other parameters is executed")
	}
}

func TestAPreviewWithoutChangesLeavesNoChangeSet(t *testing.T) {
	s := newStacks(t, types.StackStatusCreateComplete)
	kind, _ := step.Lookup("cloudformation")
	w := deploying("")
	w.Log = new(strings.Builder)
	preview := func() ([]string, bool, error) {
		return kind.(step.Previewer).Preview(t.Context(), step.Dependencies{Accounts: s, Now: func() time.Time { return s.now }}, w)
	}
	if _, _, err := preview(); err != nil {
		t.Fatal(err)
	}
	s.fail("No updates are to be performed.")
	if lines, ready, err := preview(); err != nil || !ready || len(lines) > 0 || s.set != nil {
		t.Errorf("the preview is %q, %t, %v; the change set %+v", lines, ready, err, s.set)
	}
	if _, _, err := preview(); err != nil {
		t.Fatal(err)
	}
	s.fail("Template error")
	_, _, err := preview()
	wantFailure(t, "a template that can't be used", err, "ChangeSetFailed: the change set of stack network can't be made: Template error", true)
}
