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
// error when p asks for what isn't built or is too large for the functions'
// environment; whatever CDK itself refuses is a panic, which [Synthesize] recovers.
func New(scope constructs.Construct, p platform.Platform) (awscdk.Stack, error) {
	if err := checkPlaces(p); err != nil {
		return nil, err
	}
	encoded, err := encodePlatform(p)
	if err != nil {
		return nil, err
	}
	stack := awscdk.NewStack(scope, new(Name), &awscdk.StackProps{
		StackName:   new(Name),
		Description: new("Slipway, a release manager without a server."),
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: new(false),
		}),
		Tags: &map[string]*string{"project": new("slipway")},
	})

	code := newCode(stack)
	queues := newQueues(stack)
	records := newRecords(stack)
	buckets := newBuckets(stack, p.Sites)
	bus := newBus(stack)
	notifications := newNotifications(stack)
	newRepositories(stack, p.Repositories)
	scripts := newScriptProject(stack, code, buckets)
	functions := newFunctions(stack, code, map[string]*string{
		"TABLE":           records.table.TableName(),
		"BUS":             bus.EventBusName(),
		"PACKAGES_BUCKET": buckets.packages.BucketName(),
		"WORK_BUCKET":     buckets.work.BucketName(),
		"PLATFORM":        new(encoded),
	})
	workflows := newWorkflows(stack, functions, p.EnvironmentNames())

	s := system{stack, records, buckets, bus, notifications, queues, scripts, functions, workflows, p.Repositories}
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

// checkPlaces refuses environments elsewhere: steps act with the stack's own
// rights, so that a deployment to one would land in the stack's account instead.
func checkPlaces(p platform.Platform) error {
	for _, e := range p.Environments {
		if e.Account != "" || e.Region != "" || e.Role != "" {
			return fmt.Errorf("platform: environment %s names an account, a Region or a role: steps that act in another place are not built yet; leave these keys out", e.Name)
		}
	}
	return nil
}

// system is the stack's resources, as the parts that join them need them.
type system struct {
	stack         awscdk.Stack
	records       records
	buckets       buckets
	bus           eventBus
	notifications awssns.Topic
	queues        queues
	scripts       scriptProject
	functions     map[string]function // by name, as in the catalog
	workflows     workflows

	repositories []string // names
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
		return "", fmt.Errorf("platform: %d bytes as JSON, and the functions' environment holds at most %d: list fewer people, environments, sites or repositories",
			len(encoded), maxPlatform)
	}
	return string(encoded), nil
}
