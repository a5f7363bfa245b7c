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

// A buildStarter starts builds; [codebuild.Client] is one.
type buildStarter interface {
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
func (c *CodeBuild) Start(ctx context.Context, r BuildRequest) error {
	minutes := math.Ceil((r.Timeout + buildMargin).Minutes())
	_, err := c.client.StartBuild(ctx, &codebuild.StartBuildInput{
		ProjectName:              &c.project,
		IdempotencyToken:         &r.IdempotencyToken,
		TimeoutInMinutesOverride: aws.Int32(int32(minutes)),
		EnvironmentVariablesOverride: []types.EnvironmentVariable{
			{Name: aws.String(JobVariable), Value: &r.JobKey, Type: types.EnvironmentVariableTypePlaintext},
		},
	})
	if err != nil {
		return fmt.Errorf("start build of project %s: %w", c.project, err)
	}
	return nil
}
