package step

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"
)

// CodeBuild is [Builds] by AWS CodeBuild.
type CodeBuild struct {
	client  buildStarter
	project string
}

// A buildStarter starts and stops builds; [codebuild.Client] is one.
type buildStarter interface {
	StopBuild(ctx context.Context, in *codebuild.StopBuildInput, options ...func(*codebuild.Options)) (*codebuild.StopBuildOutput, error)
	StartBuild(ctx context.Context, in *codebuild.StartBuildInput, options ...func(*codebuild.Options)) (*codebuild.StartBuildOutput, error)
}

// NewCodeBuild returns builds of the named CodeBuild project.
func NewCodeBuild(client buildStarter, project string) *CodeBuild {
	return &CodeBuild{client: client, project: project}
}

// buildMargin is the time beyond the script's own that a build gets, for preparing
// the machine and storing what the script left; it is also the least that
// CodeBuild takes.
const buildMargin = 5 * time.Minute

// Start implements [Builds]. CodeBuild honours the token for five minutes, per the
// StartBuild reference.
func (c *CodeBuild) Start(ctx context.Context, r BuildRequest) (id string, err error) {
	minutes := math.Ceil((r.Timeout + buildMargin).Minutes())
	started, err := c.client.StartBuild(ctx, &codebuild.StartBuildInput{
		ProjectName:              &c.project,
		IdempotencyToken:         &r.IdempotencyToken,
		TimeoutInMinutesOverride: aws.Int32(int32(minutes)),
		EnvironmentVariablesOverride: []types.EnvironmentVariable{
			{Name: aws.String(JobVariable), Value: &r.JobKey, Type: types.EnvironmentVariableTypePlaintext},
		},
	})
	if err != nil {
		return "", fmt.Errorf("start build of project %s: %w", c.project, err)
	}
	if started.Build == nil || aws.ToString(started.Build.Id) == "" {
		return "", fmt.Errorf("start build of project %s: the answer names no build", c.project)
	}
	return *started.Build.Id, nil
}

// Stop implements [Builds]. A build that has ended stays as it is, per the StopBuild reference.
func (c *CodeBuild) Stop(ctx context.Context, id string) error {
	if _, err := c.client.StopBuild(ctx, &codebuild.StopBuildInput{Id: &id}); err != nil {
		return fmt.Errorf("stop build %s: %w", id, err)
	}
	return nil
}
