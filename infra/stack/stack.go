// Package stack declares Slipway's CloudFormation stack: one concern a file,
// wired together here. It and infra/main.go are the only code that links CDK.
package stack

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"

	"slipway/shared/platform"
)

// Name is the name of the stack, under which its outputs are found.
const Name = "Slipway"

// New declares the stack for the installation that p describes. It returns an
// error when p allows what can't be granted or is too large for the functions'
// environment; whatever CDK itself refuses is a panic, which [Synthesize] recovers.
func New(scope constructs.Construct, p platform.Platform) (awscdk.Stack, error) {
	if err := checkRoles(p); err != nil {
		return nil, err
	}
	encoded, err := encodePlatform(p)
	if err != nil {
		return nil, err
	}
	stack := awscdk.NewStack(scope, new(Name), &awscdk.StackProps{
		StackName:   new(Name),
		Description: new("Slipway, a release manager without a server."),
		Synthesizer: withoutBootstrap(),
		Tags:        &map[string]*string{"project": new("slipway")},
	})

	code := newCode(stack)
	queues := newQueues(stack)
	records := newRecords(stack)
	buckets := newBuckets(stack, p.Sites)
	bus := newBus(stack)
	notifications := newNotifications(stack)
	newRepositories(stack, p.Repositories)
	scripts := newScriptProjects(stack, code, buckets, p)
	functions := newFunctions(stack, code, map[string]*string{
		"TABLE":           records.table.TableName(),
		"BUS":             bus.EventBusName(),
		"PACKAGES_BUCKET": buckets.packages.BucketName(),
		"WORK_BUCKET":     buckets.work.BucketName(),
		"PLATFORM":        new(encoded),
		"ACCOUNT":         awscdk.Aws_ACCOUNT_ID(),
		"PARTITION":       awscdk.Aws_PARTITION(),
	})
	nameDeployers(functions)
	deployRoles, err := newDeployRoles(stack, p.Environments, functions)
	if err != nil {
		return nil, err
	}
	receive(stack, p.Environments)
	workflows := newWorkflows(stack, functions, p.EnvironmentNames())

	s := system{stack, records, buckets, bus, notifications, queues, scripts, functions, workflows,
		newSchedules(stack, "Schedules", Name, "the schedules that start runbooks and sweeps"),
		newSchedules(stack, "Timers", Name+"-Timers", "the timers of steps"), p.Repositories, deployRoles}
	s.connect()
	rights := s.grant()
	s.route(rights)
	s.deliverFailures(rights)
	s.publish(rights)
	s.sweep(rights)
	url := s.serve()
	s.watch()
	s.announce(url)
	acceptFindings(stack)
	return stack, nil
}

// withoutBootstrap lets a template be deployed by whatever means, without a look at
// the version of CDK's own stack.
func withoutBootstrap() awscdk.DefaultStackSynthesizer {
	return awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{GenerateBootstrapVersionRule: new(false)})
}

// system is the stack's resources, as the parts that join them need them.
type system struct {
	stack         awscdk.Stack
	records       records
	buckets       buckets
	bus           eventBus
	notifications awssns.Topic
	queues        queues
	scripts       scriptProjects
	functions     map[string]function // by name, as in the catalog
	workflows     workflows
	schedules     schedules // that start runbooks, and sweeps
	timers        schedules // that have the work of steps checked

	repositories []string  // names
	deployRoles  []*string // ARNs
}

// maxPlatform is the most that the platform may take of a function's
// environment, in bytes: Lambda allows 4 KB for all variables together.
const maxPlatform = 3000

func encodePlatform(p platform.Platform) (string, error) {
	encoded, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode platform: %w", err)
	}
	if len(encoded) > maxPlatform {
		return "", fmt.Errorf("platform: %d bytes as JSON, and the functions' environment holds at most %d: list fewer people, environments, sites, repositories or networks",
			len(encoded), maxPlatform)
	}
	return string(encoded), nil
}
