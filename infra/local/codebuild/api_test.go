package codebuild_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"

	"slipway/infra/local/codebuild"
	"slipway/shared/script"
)

func TestOnlyTheRunnersBuildSpecIsUnderstood(t *testing.T) {
	r := newRig(t)
	for want, spec := range map[string]codebuild.ProjectSpec{
		`build specification "version: 0.2\nphases: {}" is not understood`: {Name: "other", BuildSpec: "version: 0.2\nphases: {}"},
		"the name is not": {Name: "a b", BuildSpec: script.BuildSpec},
		"SECRET has type PARAMETER_STORE; only PLAINTEXT is understood": {Name: "other", BuildSpec: script.BuildSpec,
			Variables: []codebuild.Variable{{Name: "SECRET", Type: "PARAMETER_STORE"}}},
		"a time-out of 1 minutes is not within 5 and 2160": {Name: "other", BuildSpec: script.BuildSpec, Timeout: 60e9},
	} {
		if err := r.Create(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Create = %v, want %q", err, want)
		}
	}
}

func TestProjectsAreDescribed(t *testing.T) {
	r := newRig(t)
	list, err := r.client.ListProjects(ctx, &sdk.ListProjectsInput{})
	r.must(err)
	got, err := r.client.BatchGetProjects(ctx, &sdk.BatchGetProjectsInput{Names: append(list.Projects, "none")})
	r.must(err)
	if len(got.Projects) != 1 || *got.Projects[0].Source.Buildspec != script.BuildSpec || *got.Projects[0].TimeoutInMinutes != 60 || len(got.ProjectsNotFound) != 1 {
		t.Errorf("BatchGetProjects = %+v", got)
	}
}

func TestUnknownThingsAreRefusedByName(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ operation, body, code, message string }{
		{"CodeBuild_20161006.CreateProject", `{}`, "UnknownOperationException", `"CreateProject"`},
		{"DynamoDB_20120810.GetItem", `{}`, "UnknownOperationException", "DynamoDB_20120810.GetItem"},
		{"", ``, "UnknownOperationException", ""},
		{"CodeBuild_20161006.StartBuild", `{"projectName":"scripts","buildspecOverride":"x"}`, "InvalidInputException", `unknown field "buildspecOverride"`},
		{"CodeBuild_20161006.StartBuild", `{"projectName":"none"}`, "ResourceNotFoundException", "project/none"},
		{"CodeBuild_20161006.StartBuild", ``, "ResourceNotFoundException", "Project cannot be found"},
		{"CodeBuild_20161006.StartBuild", `[`, "InvalidInputException", ""},
		{"CodeBuild_20161006.StartBuild", `{"projectName":"scripts","timeoutInMinutesOverride":4}`, "InvalidInputException", "4 is not within 5 and 2160"},
		{"CodeBuild_20161006.StartBuild", `{"projectName":"scripts","environmentVariablesOverride":[{"name":"S","value":"x","type":"SECRETS_MANAGER"}]}`, "InvalidInputException", "S has type SECRETS_MANAGER"},
		{"CodeBuild_20161006.StopBuild", `{"id":"scripts:none"}`, "ResourceNotFoundException", "scripts:none"},
		{"CodeBuild_20161006.BatchGetBuilds", `{}`, "InvalidInputException", "not 1 to 100"},
		{"CodeBuild_20161006.ListBuildsForProject", `{"projectName":"scripts","nextToken":"x"}`, "InvalidInputException", "nextToken"},
		{"CodeBuild_20161006.ListBuildsForProject", `{"projectName":"scripts","sortOrder":"ASCENDING"}`, "InvalidInputException", "ASCENDING is not built"},
		{"CodeBuild_20161006.ListProjects", `{"sortBy":"CREATED_TIME"}`, "InvalidInputException", "CREATED_TIME"},
	} {
		if code, message := r.send(c.operation, c.body); code != c.code || !strings.Contains(message, c.message) {
			t.Errorf("%s %s: %s: %s", c.operation, c.body, code, message)
		}
	}
	var missing *types.ResourceNotFoundException
	if _, err := r.client.StartBuild(ctx, &sdk.StartBuildInput{ProjectName: aws.String("none")}); !errors.As(err, &missing) {
		t.Errorf("the SDK reads the error as %v", err)
	}
}
