package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodebuild"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"

	"slipway/shared/platform"
	"slipway/shared/script"
	"slipway/shared/step"
)

// scriptProjectName is the name of the CodeBuild project outside of any VPC, fixed so
// that its role can be bound to it; see [step.BuildProject] for those in networks.
const scriptProjectName = Name + "-Script"

// scriptProjects are the CodeBuild projects that run script steps: one outside of any
// VPC, and one in each of the platform's networks.
type scriptProjects struct {
	project awscodebuild.CfnProject // outside of any VPC
	names   []*string               // of all
	arns    []*string               // of all
}

// newScriptProjects declares the projects, which share a role and a log. A build runs
// the same binary as the functions do; a step's own time-out comes with each build.
func newScriptProjects(stack awscdk.Stack, c code, b buckets, p platform.Platform) scriptProjects {
	arns := scriptProjectARNs(stack, p.NetworkNames())
	role := awsiam.NewRole(stack, new("ScriptRole"), &awsiam.RoleProps{
		AssumedBy:   buildsOf(arns),
		Description: new("What the build of a script step may do; the script is not walled off from it."),
	})
	kind := projectKind{code: c, buckets: b, role: role, logGroup: newLogGroup(stack, "ScriptLog", nil)}
	kind.rights = newRights(stack, "ScriptRights", role, list(list(pullImages(stack, p.Repositories),
		allow([]*string{kind.logGroup.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents"),
		allow([]*string{objectARN(c.bucket, c.key)}, "s3:GetObject", "s3:GetObjectVersion"),
		readObjects(b.packages, "packages/*"),
		readObjects(b.work, "jobs/*"),
		writeObjects(b.work, "jobs/*", "logs/*"),
		findObjects(b.packages, b.work),
	), useNetworks(stack, p.Networks)...)...)
	acceptNetworks(kind.rights)
	outside := kind.newProject(stack, "Script", "", nil)
	all := scriptProjects{project: outside, names: []*string{outside.Ref()}, arns: arns}
	for _, n := range p.Networks {
		project := kind.newProject(stack, "ScriptIn"+exported(n.Name), n.Name, vpcConfig(n))
		all.names = append(all.names, project.Ref())
	}
	return all
}

// scriptProjectARNs returns the ARNs of the projects outside of any VPC and in the
// networks, without depending on them.
func scriptProjectARNs(stack awscdk.Stack, networks []string) []*string {
	var all []*string
	for _, network := range append([]string{""}, networks...) {
		all = append(all, stack.FormatArn(&awscdk.ArnComponents{
			Service: new("codebuild"), Resource: new("project"), ResourceName: new(step.BuildProject(scriptProjectName, network)),
		}))
	}
	return all
}

// buildsOf is CodeBuild, as long as it acts for one of the projects with those ARNs.
func buildsOf(arns []*string) awsiam.IPrincipal {
	var all []awsiam.IPrincipal
	for _, arn := range arns {
		all = append(all, serviceFor("codebuild.amazonaws.com", arn))
	}
	return awsiam.NewCompositePrincipal(all...)
}

// projectKind is what the projects share.
type projectKind struct {
	code     code
	buckets  buckets
	role     awsiam.Role
	rights   awsiam.Policy
	logGroup awslogs.LogGroup
}

// newProject declares the project in the named network, which vpc tells; "" and nil for
// the one outside of any VPC.
func (k projectKind) newProject(stack awscdk.Stack, id, network string, vpc *awscodebuild.CfnProject_VpcConfigProperty) awscodebuild.CfnProject {
	props := &awscodebuild.CfnProjectProps{
		Name:        new(step.BuildProject(scriptProjectName, network)),
		Description: new("Runs the scripts of Slipway's script steps."),
		ServiceRole: k.role.RoleArn(),
		Source: &awscodebuild.CfnProject_SourceProperty{
			Type:      new("S3"),
			Location:  awscdk.Fn_Join(new("/"), &[]*string{k.code.bucket, k.code.key}),
			BuildSpec: new(script.BuildSpec),
		},
		Artifacts: &awscodebuild.CfnProject_ArtifactsProperty{Type: new("NO_ARTIFACTS")},
		Environment: &awscodebuild.CfnProject_EnvironmentProperty{
			Type:        new("ARM_CONTAINER"),
			ComputeType: new("BUILD_GENERAL1_SMALL"),
			Image:       new("aws/codebuild/amazonlinux-aarch64-standard:3.0"),
			EnvironmentVariables: []any{
				&awscodebuild.CfnProject_EnvironmentVariableProperty{Name: new("PACKAGES_BUCKET"), Value: k.buckets.packages.BucketName()},
				&awscodebuild.CfnProject_EnvironmentVariableProperty{Name: new("WORK_BUCKET"), Value: k.buckets.work.BucketName()},
			},
		},
		LogsConfig: &awscodebuild.CfnProject_LogsConfigProperty{
			CloudWatchLogs: &awscodebuild.CfnProject_CloudWatchLogsConfigProperty{Status: new("ENABLED"), GroupName: k.logGroup.LogGroupName()},
		},
		QueuedTimeoutInMinutes: new(60.0),
	}
	if vpc != nil {
		props.VpcConfig = vpc // a nil pointer would not be an absent property
	}
	project := awscodebuild.NewCfnProject(stack, new(id), props)
	// CodeBuild checks, as it takes a project in a VPC, that the role may look at that.
	project.Node().AddDependency(k.rights)
	return project
}
