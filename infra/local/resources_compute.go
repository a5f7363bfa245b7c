package local

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"slipway/functions"
	"slipway/infra/local/codebuild"
	"slipway/infra/local/lambda"
	"slipway/infra/local/stepfunctions"
)

type functionProperties struct {
	Architectures, Code, LoggingConfig, MemorySize, Role, Runtime, TracingConfig ignored

	FunctionName string
	Handler      string
	Timeout      int // in seconds
	Environment  struct{ Variables map[string]string }
}

// runnable returns the step kinds that act on AWS and for which the engines have what
// they need.
func runnable() []string { return []string{"alarm", "cleanup", "invoke", "s3-site", "state-machine"} }

// makeFunction makes the function of the catalog that the handler setting names,
// with clients whose calls end in the engines.
func (s *Stack) makeFunction(id string, data []byte) (map[string]string, error) {
	p, err := properties[functionProperties](data)
	if err != nil {
		return nil, err
	}
	f, ok := functions.Lookup(p.Handler)
	if !ok {
		return nil, fmt.Errorf("handler %q: not a function of the catalog", p.Handler)
	}
	handler, err := f.New(functions.Installation{AWS: s.functionConfiguration(p.Handler), Now: s.config.Clock.Now, Runnable: runnable(), Network: http.DefaultClient,
		Getenv: func(name string) string { return p.Environment.Variables[name] }})
	if err != nil {
		return nil, err
	}
	spec := lambda.FunctionSpec{Name: p.FunctionName, Handler: lambda.NewHandler(handler),
		Timeout: time.Duration(p.Timeout) * time.Second, Environment: p.Environment.Variables}
	if spec.Name == "" {
		spec.Name = physicalName(id)
	}
	s.specs[spec.Name] = spec
	return map[string]string{"": spec.Name, "Arn": s.functions.ARN(spec.Name)}, s.functions.Create(spec)
}

// onFailure is where a function's or a mapping's failures go.
type onFailure struct{ OnFailure struct{ Destination string } }

type invokeConfigProperties struct {
	Qualifier ignored

	DestinationConfig        onFailure
	FunctionName             string
	MaximumEventAgeInSeconds int
	MaximumRetryAttempts     *int
}

// configureInvocation gives a function its settings for asynchronous invocation.
func (s *Stack) configureInvocation(id string, data []byte) (map[string]string, error) {
	p, err := properties[invokeConfigProperties](data)
	if err != nil {
		return nil, err
	}
	spec, ok := s.specs[p.FunctionName]
	if !ok {
		return nil, fmt.Errorf("function %q: the template does not make it", p.FunctionName)
	}
	spec.MaxRetryAttempts = p.MaximumRetryAttempts
	spec.MaxEventAge = time.Duration(p.MaximumEventAgeInSeconds) * time.Second
	spec.OnFailure = p.DestinationConfig.OnFailure.Destination
	s.specs[p.FunctionName] = spec
	return map[string]string{"": id}, s.functions.Create(spec)
}

type mappingProperties struct {
	BatchSize                  int
	BisectBatchOnFunctionError bool
	DestinationConfig          onFailure
	EventSourceArn             string
	FilterCriteria             struct{ Filters []struct{ Pattern string } }
	FunctionName               string
	FunctionResponseTypes      []string
	MaximumRecordAgeInSeconds  int
	MaximumRetryAttempts       *int
	StartingPosition           string
}

// makeMapping feeds a table's stream to a function.
func (s *Stack) makeMapping(id string, data []byte) (map[string]string, error) {
	p, err := properties[mappingProperties](data)
	if err != nil {
		return nil, err
	}
	table, ok := s.streams[p.EventSourceArn]
	if !ok {
		return nil, fmt.Errorf("event source %s: local mode reads the streams of the template's tables only", p.EventSourceArn)
	}
	spec := lambda.StreamMapping{ID: id, Function: p.FunctionName, Source: source{s.tables}, Table: table, StreamARN: p.EventSourceArn,
		StartingPosition: p.StartingPosition, BatchSize: p.BatchSize, BisectBatchOnFunctionError: p.BisectBatchOnFunctionError,
		MaximumRetryAttempts: p.MaximumRetryAttempts, OnFailure: p.DestinationConfig.OnFailure.Destination}
	if p.MaximumRecordAgeInSeconds > 0 {
		spec.MaximumRecordAge = time.Duration(p.MaximumRecordAgeInSeconds) * time.Second
	}
	for _, kind := range p.FunctionResponseTypes {
		if kind != "ReportBatchItemFailures" {
			return nil, fmt.Errorf("function response type %q: local mode knows ReportBatchItemFailures only", kind)
		}
		spec.ReportBatchItemFailures = true
	}
	for _, f := range p.FilterCriteria.Filters {
		spec.Filters = append(spec.Filters, json.RawMessage(f.Pattern))
	}
	return map[string]string{"": id}, s.functions.MapStream(spec)
}

type urlProperties struct {
	AuthType          string
	InvokeMode        ignored
	TargetFunctionArn string
}

// makeURL puts a function behind the stack's API address.
func (s *Stack) makeURL(id string, data []byte) (map[string]string, error) {
	p, err := properties[urlProperties](data)
	if err != nil {
		return nil, err
	}
	if s.apiFunction != "" {
		return nil, fmt.Errorf("local mode has one function URL, and that is of %s", s.apiFunction)
	}
	s.apiFunction = p.TargetFunctionArn
	return map[string]string{"": id, "FunctionUrl": s.config.Web + "/"}, nil
}

type stateMachineProperties struct {
	LoggingConfiguration, TracingConfiguration ignored

	DefinitionString        string
	DefinitionSubstitutions map[string]string
	RoleArn                 string
	StateMachineName        string
	StateMachineType        string
}

// makeStateMachine makes a state machine of its definition with the substitutions done.
func (s *Stack) makeStateMachine(id string, data []byte) (map[string]string, error) {
	p, err := properties[stateMachineProperties](data)
	if err != nil {
		return nil, err
	}
	definition := p.DefinitionString
	for name, value := range p.DefinitionSubstitutions {
		quoted, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		definition = strings.ReplaceAll(definition, "${"+name+"}", string(quoted[1:len(quoted)-1]))
	}
	name := p.StateMachineName
	if name == "" {
		name = physicalName(id)
	}
	arn := s.executions.StateMachineARN(name)
	return map[string]string{"": arn, "Arn": arn, "Name": name}, s.executions.Create(stepfunctions.StateMachineSpec{
		Name: name, Definition: definition, RoleARN: p.RoleArn, Type: p.StateMachineType})
}

type buildProjectProperties struct {
	Artifacts, Description, LogsConfig, QueuedTimeoutInMinutes, ServiceRole, VpcConfig ignored

	Name             string
	TimeoutInMinutes int
	Environment      struct {
		ComputeType, Image, Type ignored
		EnvironmentVariables     []codebuild.Variable
	}
	Source struct {
		Location, Type ignored
		BuildSpec      string
	}
}

// makeBuildProject makes a CodeBuild project; its builds run on this machine.
func (s *Stack) makeBuildProject(id string, data []byte) (map[string]string, error) {
	p, err := properties[buildProjectProperties](data)
	if err != nil {
		return nil, err
	}
	name := p.Name
	if name == "" {
		name = physicalName(id)
	}
	return map[string]string{"": name, "Arn": s.arn("codebuild", "project/"+name)}, s.builds.Create(codebuild.ProjectSpec{
		Name: name, BuildSpec: p.Source.BuildSpec, Variables: p.Environment.EnvironmentVariables,
		Timeout: time.Duration(p.TimeoutInMinutes) * time.Minute})
}
