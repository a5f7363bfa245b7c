package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"slipway/events"
)

// rights returns what the named function may do, besides what every function may.
func (s system) rights(name string) []awsiam.PolicyStatement {
	b := s.buckets
	switch name {
	case "api":
		return list(list(s.readAndWriteTable(deleteItem), s.keepTriggers()...), writeObjects(b.packages, "packages/*"),
			readObjects(b.work, "logs/*", "plans/*"), writeObjects(b.work, "plans/*"), findObjects(b.work))
	case "applyproject":
		return list(list(s.readAndWriteTable(deleteItem), s.keepTriggers()...), readObjects(b.packages, "projects/*"), findObjects(b.packages))
	case "cancelsteps":
		return list(s.followSteps(), allow(s.scripts.arns, "codebuild:StopBuild"))
	case "createrelease", "promote", "finishdeployment":
		return s.readAndWriteTable()
	case "decideapproval":
		return list(s.readAndWriteTable(updateItem), answerTasks(s.workflows.approveARNs()...))
	case "finishrun":
		return list(s.readAndWriteTable(deleteItem), findObjects(b.work), allow(objects(b.work, "jobs/*", "logs/*"), "s3:DeleteObject"))
	case "lockenvironment", "requestapproval":
		return list(s.readAndWriteTable(), readObjects(b.work, "plans/*"), answerTasks(s.workflows.deploy.Ref()))
	case "plandeployment":
		return list(list(s.readTable(), s.takeRoles()...), readObjects(b.packages, "packages/*"), findObjects(b.packages), writeObjects(b.work, "plans/*"))
	case "publishevents":
		return s.readStream()
	case "registerpackage":
		return list(list(s.readAndWriteTable(), s.readImages()...), readObjects(b.packages, "packages/*"), findObjects(b.packages))
	case "resumestep":
		return s.followSteps()
	case "runstep":
		return s.runSteps()
	case "startdeployment":
		return list(nil, allow([]*string{s.workflows.deploy.Ref()}, "states:StartExecution"))
	case "startrunbook":
		return list(s.readAndWriteTable(), readObjects(b.work, "plans/*"), writeObjects(b.work, "plans/*"), findObjects(b.work),
			allow([]*string{s.workflows.runbook.Ref()}, "states:StartExecution"))
	case "sweepimages":
		return list(list(s.readAndWriteTable(), s.readImages()...),
			readObjects(b.work, "sweeps/*"), writeObjects(b.work, "sweeps/*"), findObjects(b.work))
	default:
		panic("stack: function " + name + " has no rights: add a line to rights.go")
	}
}

// grant attaches every function's rights to its role, and returns the policies
// by function.
func (s system) grant() map[string]awsiam.Policy {
	policies := map[string]awsiam.Policy{}
	for _, f := range Functions() {
		fn := s.functions[f.Name]
		statements := list(s.rights(f.Name), traceFunction(),
			allow([]*string{fn.logGroup.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents"),
			allow([]*string{s.queues.failed.QueueArn()}, "sqs:SendMessage"))
		policies[f.Name] = newRights(s.stack, f.ID+"Rights", fn.role, statements...)
	}
	return policies
}

// readTable allows consistent reads of items and of ranges; nothing scans.
func (s system) readTable() []awsiam.PolicyStatement {
	return list(nil,
		allow([]*string{s.records.table.TableArn()}, "dynamodb:GetItem", "dynamodb:Query"),
		s.useKey("kms:Decrypt", "kms:DescribeKey"))
}

// The actions on the table that few functions need.
const (
	deleteItem = "dynamodb:DeleteItem" // a project file that drops a package leaves its list
	updateItem = "dynamodb:UpdateItem" // the halves of an approval are joined
)

// readAndWriteTable allows what readTable does and transactions of puts, which IAM
// checks by the actions they are made of, and the further actions.
func (s system) readAndWriteTable(further ...string) []awsiam.PolicyStatement {
	return list(s.readTable(),
		allow([]*string{s.records.table.TableArn()}, append([]string{"dynamodb:ConditionCheckItem", "dynamodb:PutItem"}, further...)...),
		s.useKey("kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"))
}

// useKey allows the use of the table's key through DynamoDB, never directly.
func (s system) useKey(actions ...string) awsiam.PolicyStatement {
	via := awscdk.Fn_Join(new("."), &[]*string{new("dynamodb"), awscdk.Aws_REGION(), awscdk.Aws_URL_SUFFIX()})
	return allowWhen(&map[string]any{"StringEquals": map[string]any{"kms:ViaService": via}},
		[]*string{s.records.key.KeyArn()}, actions...)
}

// readStream allows Lambda to poll the table's stream for the function, and the
// function to put Slipway's events on the bus.
func (s system) readStream() []awsiam.PolicyStatement {
	ours := map[string]any{"StringEquals": map[string]any{"events:source": events.Source}}
	return list(nil,
		allow([]*string{s.records.table.TableStreamArn()}, "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
		allowEverywhere("dynamodb:ListStreams"),
		s.useKey("kms:Decrypt", "kms:DescribeKey"),
		allowWhen(&ours, []*string{s.bus.EventBusArn()}, "events:PutEvents"),
		allow([]*string{s.queues.unpublished.QueueArn()}, "sqs:SendMessage"))
}

// readImages allows to read what the repositories hold, if there are any.
func (s system) readImages() []awsiam.PolicyStatement {
	return s.onRepositories("ecr:DescribeImages", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
}

// onRepositories allows actions on the platform's repositories, if there are any.
func (s system) onRepositories(actions ...string) []awsiam.PolicyStatement {
	if len(s.repositories) == 0 {
		return nil
	}
	return list(nil, allow(repositoryARNs(s.stack, s.repositories), actions...))
}

// pullImages allows a build to run in images of the platform's repositories, if there are any.
func pullImages(stack awscdk.Stack, repositories []string) []awsiam.PolicyStatement {
	if len(repositories) == 0 {
		return nil
	}
	return list(nil, allowEverywhere("ecr:GetAuthorizationToken"),
		allow(repositoryARNs(stack, repositories), "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"))
}

func repositoryARNs(stack awscdk.Stack, names []string) []*string {
	var all []*string
	for _, name := range names {
		all = append(all, stack.FormatArn(&awscdk.ArnComponents{Service: new("ecr"), Resource: new("repository"), ResourceName: new(name)}))
	}
	return all
}

// followSteps allows to look at the work that steps do elsewhere, to end it, and to
// report what came of it.
func (s system) followSteps() []awsiam.PolicyStatement {
	b := s.buckets
	statements := list(s.readAndWriteTable(),
		readObjects(b.packages, "packages/*"),
		readObjects(b.work, "jobs/*", "logs/*", "works/*", "watches/*", "evidence/*"),
		writeObjects(b.work, "jobs/*", "logs/*", "works/*", "watches/*", "evidence/*"),
		allow(objects(b.work, "watches/*"), "s3:DeleteObject"),
		findObjects(b.packages, b.work),
		answerTasks(s.workflows.running()...))
	return list(list(statements, s.setTimers()...), s.takeRoles()...)
}

// runSteps allows what the step kinds do in-line or start.
func (s system) runSteps() []awsiam.PolicyStatement {
	b := s.buckets
	statements := list(s.followSteps(),
		readObjects(b.work, "plans/*"),
		allow(s.scripts.arns, "codebuild:StartBuild"))
	statements = list(statements, s.onRepositories("ecr:DescribeRepositories")...)
	if len(b.sites) > 0 {
		statements = append(statements, findObjects(b.sites...))
	}
	for _, site := range b.sites {
		statements = append(statements, allow(objects(site, "*"), "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"))
	}
	return statements
}

// answerTasks allows to wake executions of the machines by their task tokens. No
// state asks for heartbeats. IAM checks the actions against the ARN of the token's
// machine, although its reference lists them without a resource.
func answerTasks(machines ...*string) awsiam.PolicyStatement {
	return allow(machines, "states:SendTaskSuccess", "states:SendTaskFailure")
}

// list appends to statements without changing the slice that holds them.
func list(statements []awsiam.PolicyStatement, more ...awsiam.PolicyStatement) []awsiam.PolicyStatement {
	return append(statements[:len(statements):len(statements)], more...)
}
