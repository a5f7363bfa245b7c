package stack

import (
	"cmp"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"

	"slipway/events"
)

// pattern is an event pattern, in the form of its JSON.
type pattern map[string]any

// A route takes the events that match a pattern to a function.
type route struct {
	id       string  // the rule's construct id: what has happened
	bus      *string // nil for the account's default bus
	pattern  pattern
	function string
}

func (s system) routes() []route {
	slipway := s.bus.EventBusName()
	routes := []route{
		{"ProjectUploaded", nil, objectCreated(s.buckets.packages.BucketName(), "projects/"), "applyproject"},
		{"PackageUploaded", nil, objectCreated(s.buckets.packages.BucketName(), "packages/"), "registerpackage"},
		{"ReleaseDue", slipway, happened(events.PackageRegistered{}, events.ProjectApplied{}), "createrelease"},
		{"PromotionDue", slipway, happened(events.ReleaseCreated{}, events.DeploymentSucceeded{}), "promote"},
		{"DeploymentRequested", slipway, happened(events.DeploymentRequested{}), "startdeployment"},
		{"ApprovalStarted", nil, executionRequested(s.workflows.approveARNs()), "decideapproval"},
		{"TriggersOutdated", slipway, happened(events.ProjectApplied{}, events.RunbookPaused{}, events.RunbookResumed{}), "applyproject"},
		{"RunStarted", slipway, happened(events.RunbookStarted{}), "startrunbook"},
		{"Cancelling", slipway, happened(events.DeploymentCancelling{}, events.RunbookCancelling{}), "cancelsteps"},
		{"BuildEnded", nil, buildEnded(s.scripts.names), "resumestep"},
		{"ApprovalDecided", slipway, happened(events.ApprovalDecided{}), "resumestep"},
		{"QueueLeft", slipway, happened(events.DeploymentStarted{}, events.DeploymentSuperseded{}).with(pattern{"queued": []any{true}}), "resumestep"},
		{"DeploymentCancelled", slipway, happened(events.DeploymentCancelled{}), "resumestep"},
		{"StepsDeploymentEnded", slipway, deploymentEnded().with(pattern{"via": []any{pattern{"exists": true}}}), "resumestep"},
		{"StepsAbandoned", nil, executionBroken(s.workflows.running()...), "cancelsteps"},
		{"RunBroken", nil, executionBroken(s.workflows.runbook.Ref()), "finishrun"},
		{"DeploymentBroken", nil, executionBroken(s.workflows.deploy.Ref()), "finishdeployment"},
	}
	for id, p := range worksTold() {
		routes = append(routes, route{id, nil, p, "resumestep"})
	}
	slices.SortFunc(routes, func(a, b route) int { return cmp.Compare(a.id, b.id) })
	if len(s.repositories) == 0 {
		return routes
	}
	return append(routes,
		route{"ImagePushed", nil, imagePushed(s.repositories), "registerpackage"},
		route{"RepositoryTakenUp", slipway, happened(events.ProjectApplied{}), "sweepimages"})
}

// worksTold matches, by rule, what AWS's services tell of the end of work that steps
// have started: the names by which that is told from others' are those of the step kinds.
func worksTold() map[string]pattern {
	ours := []any{pattern{"prefix": "slipway-"}}
	return map[string]pattern{
		"AlarmChanged": told("aws.cloudwatch", "CloudWatch Alarm State Change").with(pattern{"state": pattern{"value": []any{"ALARM", "INSUFFICIENT_DATA"}}}),
		"BackupEnded":  told("aws.backup", "Backup Job State Change", "Restore Job State Change"),
		"AutomationEnded": told("aws.ssm", "EC2 Automation Execution Status-change Notification").
			with(pattern{"Status": []any{pattern{"anything-but": []any{"Pending", "InProgress", "Waiting"}}}}),
		"ServiceDeployed": told("aws.ecs", "ECS Deployment State Change").
			with(pattern{"eventName": []any{"SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"}}),
		"StackChanged": told("aws.cloudformation", "CloudFormation Stack Status Change").with(pattern{"client-request-token": ours,
			"status-details": pattern{"status": []any{pattern{"anything-but": pattern{"suffix": "_IN_PROGRESS"}}}}}),
		"DriftDetected": told("aws.cloudformation", "CloudFormation Drift Detection Status Change").
			with(pattern{"detection-status": []any{"DETECTION_COMPLETE", "DETECTION_FAILED"}}),
		"NestedExecutionEnded": told("aws.states", "Step Functions Execution Status Change").
			with(pattern{"name": ours, "status": []any{"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}}),
	}
}

// told matches the events of a source that have one of the types.
func told(source string, types ...string) pattern {
	return pattern{"source": []any{source}, "detail-type": types}
}

// happened matches Slipway's own events of the types of the given ones.
func happened(kinds ...events.Event) pattern {
	var types []string
	for _, kind := range kinds {
		types = append(types, kind.Type())
	}
	return pattern{"source": []any{events.Source}, "detail-type": types}
}

// deploymentEnded matches the end of any deployment.
func deploymentEnded() pattern {
	return happened(events.DeploymentSucceeded{}, events.DeploymentFailed{}, events.DeploymentCancelled{}, events.DeploymentRejected{}, events.DeploymentSuperseded{})
}

// with narrows p to events whose detail matches, too.
func (p pattern) with(detail pattern) pattern {
	p["detail"] = detail
	return p
}

// objectCreated matches the S3 "Object Created" events of keys under prefix.
func objectCreated(bucket *string, prefix string) pattern {
	return pattern{"source": []any{"aws.s3"}, "detail-type": []any{"Object Created"}, "detail": pattern{
		"bucket": pattern{"name": []any{bucket}},
		"object": pattern{"key": []any{pattern{"prefix": prefix}}},
	}}
}

// imagePushed matches ECR's report of an image that was pushed with a tag.
func imagePushed(repositories []string) pattern {
	return pattern{"source": []any{"aws.ecr"}, "detail-type": []any{"ECR Image Action"}, "detail": pattern{
		"action-type":     []any{"PUSH"},
		"result":          []any{"SUCCESS"},
		"repository-name": repositories,
		"image-tag":       []any{pattern{"anything-but": []any{""}}},
	}}
}

// executionRequested matches CloudTrail's record of who started an execution of
// one of the machines.
func executionRequested(machines []*string) pattern {
	return pattern{"source": []any{"aws.states"}, "detail-type": []any{"AWS API Call via CloudTrail"}, "detail": pattern{
		"eventSource":       []any{"states.amazonaws.com"},
		"eventName":         []any{"StartExecution"},
		"requestParameters": pattern{"stateMachineArn": machines},
	}}
}

// buildEnded matches CodeBuild's report of a build of one of the projects that will not
// go on.
func buildEnded(projects []*string) pattern {
	return pattern{"source": []any{"aws.codebuild"}, "detail-type": []any{"CodeBuild Build State Change"}, "detail": pattern{
		"project-name": projects,
		"build-status": []any{"SUCCEEDED", "FAILED", "FAULT", "TIMED_OUT", "STOPPED"},
	}}
}

// executionBroken matches the end of an execution of one of the machines that failed or could not record its own end.
func executionBroken(machines ...*string) pattern {
	return pattern{"source": []any{"aws.states"}, "detail-type": []any{"Step Functions Execution Status Change"}, "detail": pattern{
		"stateMachineArn": machines,
		"status":          []any{"FAILED", "TIMED_OUT", "ABORTED"},
	}}
}

// route declares a rule for each route and the one that tells approvers, and lets
// the rules invoke their functions and send what they can't deliver to the
// dead-letter queue.
func (s system) route(rights map[string]awsiam.Policy) {
	rules := s.tellApprovers()
	for _, r := range s.routes() {
		rule := s.newRule(r)
		rule.Node().AddDependency(rights[r.function]) // no event before the function may act on it
		rules = append(rules, rule.AttrArn())
	}
	s.letRulesKeepWhatFails("RulesSendWhatTheyCannotDeliver", "ArnEquals", rules)
	s.letRulesKeepWhatFails("TriggersSendWhatTheyCannotDeliver", "ArnLike", s.triggerRules())
}

// letRulesKeepWhatFails lets the rules with those ARNs, as the condition's operator
// compares them, send what they can't deliver to the dead-letter queue.
func (s system) letRulesKeepWhatFails(id, operator string, rules []*string) {
	s.queues.undelivered.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        new(id),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(new("events.amazonaws.com"), nil)},
		Actions:    &[]*string{new("sqs:SendMessage")},
		Resources:  &[]*string{s.queues.undelivered.QueueArn()},
		Conditions: &map[string]any{
			operator:       map[string]any{"aws:SourceArn": rules},
			"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
		},
	}))
}

func (s system) newRule(r route) awsevents.CfnRule {
	target := s.functions[r.function].lambda
	rule := awsevents.NewCfnRule(s.stack, new(r.id), &awsevents.CfnRuleProps{
		EventBusName: r.bus,
		EventPattern: r.pattern,
		State:        new("ENABLED"),
		Targets: []any{&awsevents.CfnRule_TargetProperty{
			Id:               new(r.function),
			Arn:              target.FunctionArn(),
			DeadLetterConfig: &awsevents.CfnRule_DeadLetterConfigProperty{Arn: s.queues.undelivered.QueueArn()},
			RetryPolicy:      retryPolicy(),
		}},
	})
	target.AddPermission(new(r.id), &awslambda.Permission{
		Principal: awsiam.NewServicePrincipal(new("events.amazonaws.com"), nil),
		SourceArn: rule.AttrArn(),
	})
	return rule
}

// retryPolicy lets EventBridge try for as long as it can.
func retryPolicy() *awsevents.CfnRule_RetryPolicyProperty {
	return &awsevents.CfnRule_RetryPolicyProperty{
		MaximumEventAgeInSeconds: new(24.0 * 60 * 60),
		MaximumRetryAttempts:     new(185.0),
	}
}
