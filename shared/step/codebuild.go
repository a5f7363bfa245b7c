package step

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"

	"slipway/shared/pipeline"
)

// CodeBuild is [Builds] by AWS CodeBuild.
type CodeBuild struct {
	client   buildStarter
	project  string
	networks []string
}

// A buildStarter starts and stops builds; [codebuild.Client] is one.
type buildStarter interface {
	StopBuild(ctx context.Context, in *codebuild.StopBuildInput, options ...func(*codebuild.Options)) (*codebuild.StopBuildOutput, error)
	StartBuild(ctx context.Context, in *codebuild.StartBuildInput, options ...func(*codebuild.Options)) (*codebuild.StartBuildOutput, error)
}

// NewCodeBuild returns builds of the named CodeBuild project, and for each of the
// networks of the project that [BuildProject] names.
func NewCodeBuild(client buildStarter, project string, networks ...string) *CodeBuild {
	return &CodeBuild{client, project, networks}
}

// BuildProject returns the name of the CodeBuild project whose builds are in the network
// of that name, given the name of the project whose builds are outside of any VPC. A
// network is a project's and not a build's: StartBuild can't override it.
func BuildProject(project, network string) string {
	if network == "" {
		return project
	}
	return project + "-" + network
}

// buildMargin is the time beyond the script's own that a build gets, for preparing
// the machine and storing what the script left; it is also the least that
// CodeBuild takes.
const buildMargin = 5 * time.Minute

// Start implements [Builds]. CodeBuild honours the token for five minutes, per the
// StartBuild reference.
func (c *CodeBuild) Start(ctx context.Context, r BuildRequest) (id string, err error) {
	if r.Network != "" && !slices.Contains(c.networks, r.Network) {
		return "", fmt.Errorf("network %s: %w", r.Network, pipeline.ErrNotFound)
	}
	project := BuildProject(c.project, r.Network)
	minutes := math.Ceil((r.Timeout + buildMargin).Minutes())
	in := &codebuild.StartBuildInput{
		ProjectName:              &project,
		IdempotencyToken:         &r.IdempotencyToken,
		TimeoutInMinutesOverride: aws.Int32(int32(minutes)),
		EnvironmentVariablesOverride: []types.EnvironmentVariable{
			{Name: aws.String(JobVariable), Value: &r.JobKey, Type: types.EnvironmentVariableTypePlaintext},
		},
	}
	override(in, r.Machine)
	started, err := c.client.StartBuild(ctx, in)
	if err != nil {
		return "", fmt.Errorf("start build of project %s: %w", project, err)
	}
	if started.Build == nil || aws.ToString(started.Build.Id) == "" {
		return "", fmt.Errorf("start build of project %s: the answer names no build", project)
	}
	return *started.Build.Id, nil
}

// override makes in ask for m in place of the project's machine, which is of the same
// architecture. CodeBuild pulls its own images itself, and any other with the build's
// role, per the StartBuild reference.
func override(in *codebuild.StartBuildInput, m Machine) {
	if m.Compute != "" {
		in.ComputeTypeOverride = types.ComputeType("BUILD_GENERAL1_" + strings.ToUpper(m.Compute))
	}
	if m.Image == "" {
		return
	}
	in.ImageOverride, in.ImagePullCredentialsTypeOverride = &m.Image, types.ImagePullCredentialsTypeServiceRole
	if m.isCurated() {
		in.ImagePullCredentialsTypeOverride = types.ImagePullCredentialsTypeCodebuild
	}
}

// Stop implements [Builds]. A build that has ended stays as it is, per the StopBuild reference.
func (c *CodeBuild) Stop(ctx context.Context, id string) error {
	if _, err := c.client.StopBuild(ctx, &codebuild.StopBuildInput{Id: &id}); err != nil {
		return fmt.Errorf("stop build %s: %w", id, err)
	}
	return nil
}
