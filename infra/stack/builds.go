package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"slipway/shared/script"
)

// scriptProjectName is the CodeBuild project's name, fixed so that its role can
// be bound to it.
const scriptProjectName = Name + "-Script"

// scriptProject is the CodeBuild project that runs script steps.
type scriptProject struct {
	project awscodebuild.CfnProject
	arn     *string
}

// newScriptProject declares the project. A build runs the same binary as the
// functions do; a step's own time-out comes with each build.
func newScriptProject(stack awscdk.Stack, c code, b buckets) scriptProject {
	arn := stack.FormatArn(&awscdk.ArnComponents{
		Service: new("codebuild"), Resource: new("project"), ResourceName: new(scriptProjectName),
	})
	role := awsiam.NewRole(stack, new("ScriptRole"), &awsiam.RoleProps{
		AssumedBy:   serviceFor("codebuild.amazonaws.com", arn),
		Description: new("What the build of a script step may do; the script is not walled off from it."),
	})
	logGroup := newLogGroup(stack, "ScriptLog", nil)
	rights := newRights(stack, "ScriptRights", role,
		allow([]*string{logGroup.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents"),
		allow([]*string{objectARN(c.bucket, c.key)}, "s3:GetObject", "s3:GetObjectVersion"),
		readObjects(b.packages, "packages/*"),
		readObjects(b.work, "jobs/*"),
		writeObjects(b.work, "jobs/*", "logs/*"),
		findObjects(b.packages, b.work),
	)
	project := awscodebuild.NewCfnProject(stack, new("Script"), &awscodebuild.CfnProjectProps{
		Name:        new(scriptProjectName),
		Description: new("Runs the scripts of Slipway's script steps."),
		ServiceRole: role.RoleArn(),
		Source: &awscodebuild.CfnProject_SourceProperty{
			Type:      new("S3"),
			Location:  awscdk.Fn_Join(new("/"), &[]*string{c.bucket, c.key}),
			BuildSpec: new(script.BuildSpec),
		},
		Artifacts: &awscodebuild.CfnProject_ArtifactsProperty{Type: new("NO_ARTIFACTS")},
		Environment: &awscodebuild.CfnProject_EnvironmentProperty{
			Type:        new("ARM_CONTAINER"),
			ComputeType: new("BUILD_GENERAL1_SMALL"),
			Image:       new("aws/codebuild/amazonlinux-aarch64-standard:3.0"),
			EnvironmentVariables: []any{
				&awscodebuild.CfnProject_EnvironmentVariableProperty{Name: new("PACKAGES_BUCKET"), Value: b.packages.BucketName()},
				&awscodebuild.CfnProject_EnvironmentVariableProperty{Name: new("WORK_BUCKET"), Value: b.work.BucketName()},
			},
		},
		LogsConfig: &awscodebuild.CfnProject_LogsConfigProperty{
			CloudWatchLogs: &awscodebuild.CfnProject_CloudWatchLogsConfigProperty{Status: new("ENABLED"), GroupName: logGroup.LogGroupName()},
		},
		QueuedTimeoutInMinutes: new(60.0),
	})
	project.Node().AddDependency(rights)
	return scriptProject{project, arn}
}
