// Package local runs the stack's template on one machine: it reads the synthesized
// template and makes each of its resources in an engine. The functions are those
// that Lambda runs, with an HTTP transport that ends in the engines.
package local

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"slipway/infra/local/clock"
	"slipway/infra/local/cloudwatch"
	"slipway/infra/local/codebuild"
	"slipway/infra/local/dynamodb"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/lambda"
	"slipway/infra/local/registry"
	"slipway/infra/local/s3"
	"slipway/infra/local/scheduler"
	"slipway/infra/local/sns"
	"slipway/infra/local/sqs"
	"slipway/infra/local/stepfunctions"
	"slipway/infra/local/store"
)

// Where a local stack is, as far as ARNs tell.
const (
	Account = "000000000000"
	Region  = "us-east-1"
	Name    = "Slipway"
)

// A Config is what a local stack is made of.
type Config struct {
	Template []byte      // CloudFormation, JSON
	Store    store.Store // holds all state
	Blobs    string      // folder for the bodies of objects; "" keeps them in the store
	Layers   string      // folder for the layers of images, not the same one; "" keeps them in the store
	Clock    clock.Clock
	NewID    func() string // returns an identifier of letters, digits and hyphens, new at each call
	Endpoint string        // where clients reach [Stack.AWS], such as http://127.0.0.1:4566
	Web      string        // where clients reach [Stack.API], such as http://127.0.0.1:8080
	Path     string        // the PATH that scripts get
	// Observe, if set, is called with every event that a bus takes, after it is stored.
	Observe func(bus string, e eventbridge.Event)
	// Mail, if set, is told of each message that a mail address would be sent. A topic
	// is named by its ARN.
	Mail func(topic, to, subject, message string)
	// Report is told of every error of background work that nobody else is told of.
	Report func(error)
	// Rehearsal, if set, makes the stack as unreliable as AWS may be.
	Rehearsal *Rehearsal
}

// A Rehearsal says which of the faults that AWS's documentation allows happen.
type Rehearsal struct {
	// Deliver returns after which delays an event is delivered to a function: one
	// for each delivery, so that several deliver it repeatedly. Delayed deliveries
	// don't survive the process.
	Deliver func(function string, event []byte) []time.Duration
	// Call stands between a function and the engines; it may fail requests before or
	// after they take effect.
	Call func(function string, next http.RoundTripper) http.RoundTripper
}

// A Stack is a running stack.
type Stack struct {
	config  Config
	ids     identifiers
	outputs map[string]string

	specs       map[string]lambda.FunctionSpec // by name
	streams     map[string]string              // tables by the ARN of their stream
	roles       map[string]role                // by name
	queueNames  []string
	apiFunction string // the ARN of the function behind the function URL

	tables     *dynamodb.Engine
	buckets    *s3.Engine
	queues     *sqs.Engine
	topics     *sns.Engine
	functions  *lambda.Engine
	buses      *eventbridge.Engine
	executions *stepfunctions.Engine
	builds     *codebuild.Engine
	images     *registry.Engine
	schedules  *scheduler.Engine
	alarms     *cloudwatch.Engine
}

// Start makes every resource of the template and goes on with what the store says
// was under way. A resource, a property or a definition that no engine knows is an
// error that names it, and then nothing runs.
func Start(c Config) (*Stack, error) {
	t, err := parseTemplate(c.Template)
	if err != nil {
		return nil, err
	}
	s := &Stack{config: c, ids: pseudoParameters(), specs: map[string]lambda.FunctionSpec{}, streams: map[string]string{}, roles: map[string]role{}}
	if err := s.makeEngines(); err != nil {
		return nil, err
	}
	if err := s.provision(t); err != nil {
		return nil, err
	}
	for _, resume := range []func() error{s.buses.Resume, s.tables.Resume, s.functions.Resume, s.topics.Resume, s.executions.Resume, s.builds.Resume, s.schedules.Resume} {
		if err := resume(); err != nil {
			return nil, fmt.Errorf("go on with what was under way: %w", err)
		}
	}
	return s, nil
}

// pseudoParameters returns what a template may refer to without declaring it.
func pseudoParameters() identifiers {
	return identifiers{
		"AWS::AccountId": {"": Account},
		"AWS::Partition": {"": "aws"},
		"AWS::Region":    {"": Region},
		"AWS::StackName": {"": Name},
		"AWS::URLSuffix": {"": "amazonaws.com"},
	}
}

func (s *Stack) makeEngines() (err error) {
	c := s.config
	s.tables = dynamodb.New(dynamodb.Config{Store: c.Store, Clock: c.Clock, Account: Account, Region: Region, Failed: c.Report})
	s.buckets, err = s3.New(s3.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region, Blobs: c.Blobs, Created: s.objectCreated})
	if err != nil {
		return err
	}
	s.queues = sqs.New(sqs.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region, BaseURL: func() string { return c.Endpoint }})
	s.functions = lambda.New(lambda.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region, Send: s.queues.Send, Report: c.Report})
	s.topics = sns.New(sns.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region, BaseURL: func() string { return c.Endpoint },
		Send: s.queues.Send, Invoke: s.functions.InvokeAsync, Mail: c.Mail, Report: c.Report})
	s.buses = eventbridge.New(eventbridge.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region,
		Target: s.target, Send: s.queues.Send, Observe: c.Observe, Report: c.Report})
	machines := stepfunctions.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region,
		Invoke: s.invoke, Started: s.executionStarted, Changed: s.executionChanged, Report: c.Report}
	s.integrate(&machines)
	s.executions = stepfunctions.New(machines)
	s.builds = codebuild.New(codebuild.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region,
		Run: s.runScript, Changed: s.buildChanged, Report: c.Report})
	s.schedules = scheduler.New(scheduler.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region,
		Target: s.scheduleTarget, Send: s.queues.Send, Report: c.Report})
	s.images, err = registry.New(registry.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region,
		Blobs: c.Layers, Host: s.host, Pushed: s.imagePushed})
	if err != nil {
		return err
	}
	s.alarms = cloudwatch.New(cloudwatch.Config{Store: c.Store, Clock: c.Clock, NewID: c.NewID, Account: Account, Region: Region,
		Changed: s.alarmChanged, Publish: s.publishAlarm})
	s.tables.OnRecords(s.functions.RecordsArrived)
	return nil
}

// host returns the host and port of the endpoint.
func (s *Stack) host() string {
	_, host, _ := strings.Cut(s.config.Endpoint, "://")
	return host
}

// Outputs returns the stack's outputs by name.
func (s *Stack) Outputs() map[string]string { return s.outputs }

// Configuration returns a client's configuration whose calls end in the engines, in
// the name of caller. No call leaves the process.
func (s *Stack) Configuration(caller string) aws.Config {
	return s.configuration(caller, transport{s.AWS()})
}

func (s *Stack) configuration(caller string, t http.RoundTripper) aws.Config {
	return aws.Config{
		Region:       Region,
		Credentials:  credentials.NewStaticCredentialsProvider(caller, "local", ""),
		BaseEndpoint: &s.config.Endpoint,
		HTTPClient:   &http.Client{Transport: t},
	}
}

// functionConfiguration returns the configuration of a function's clients.
func (s *Stack) functionConfiguration(name string) aws.Config {
	if r := s.config.Rehearsal; r != nil && r.Call != nil {
		return s.configuration(name, r.Call(name, transport{s.AWS()}))
	}
	return s.Configuration(name)
}

// Messages returns the bodies of the messages in every dead-letter queue, by the
// queue's name: what the stack could not handle.
func (s *Stack) Messages() (map[string][]string, error) {
	all := map[string][]string{}
	for _, name := range s.queueNames {
		messages, err := s.queues.Messages(name)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			all[name] = append(all[name], m.Body)
		}
	}
	return all, nil
}

// Close stops the scripts that run. Then the clock, which all work hangs on, is its
// owner's to stop, and after that the store to close.
func (s *Stack) Close() { s.builds.Close() }

// invoke runs a function for a state machine.
func (s *Stack) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	answer, err := s.functions.Invoke(ctx, function, payload)
	if failure, ok := err.(*lambda.FunctionError); ok {
		return nil, &stepfunctions.Fault{Name: failure.Type, Cause: string(failure.Payload)}
	}
	return answer, err
}

// date formats t as AWS's events do.
func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
