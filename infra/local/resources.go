package local

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A kind is how resources of one CloudFormation type are made here.
type kind func(s *Stack, id string, properties []byte) (attributes map[string]string, err error)

// kinds lists the resource types that local mode knows. What grants rights or
// keeps logs on AWS has no effect here and is only named: on one machine every right
// is the owner's.
func kinds() map[string]kind {
	return map[string]kind{
		"AWS::CloudWatch::Alarm":           (*Stack).makeAlarm,
		"AWS::CodeBuild::Project":          (*Stack).makeBuildProject,
		"AWS::DynamoDB::Table":             (*Stack).makeTable,
		"AWS::ECR::Repository":             (*Stack).makeRepository,
		"AWS::Events::EventBus":            (*Stack).makeBus,
		"AWS::Events::EventBusPolicy":      named[busPolicy],
		"AWS::Events::Rule":                (*Stack).makeRule,
		"AWS::IAM::Policy":                 named[policy],
		"AWS::IAM::Role":                   (*Stack).makeRole,
		"AWS::KMS::Key":                    named[key],
		"AWS::Lambda::EventInvokeConfig":   (*Stack).configureInvocation,
		"AWS::Lambda::EventSourceMapping":  (*Stack).makeMapping,
		"AWS::Lambda::Function":            (*Stack).makeFunction,
		"AWS::Lambda::Permission":          named[permission],
		"AWS::Lambda::Url":                 (*Stack).makeURL,
		"AWS::Logs::LogGroup":              named[logGroup],
		"AWS::S3::Bucket":                  (*Stack).makeBucket,
		"AWS::S3::BucketPolicy":            named[bucketPolicy],
		"AWS::Scheduler::Schedule":         (*Stack).makeSchedule,
		"AWS::Scheduler::ScheduleGroup":    (*Stack).makeScheduleGroup,
		"AWS::SNS::Subscription":           (*Stack).makeSubscription,
		"AWS::SNS::Topic":                  (*Stack).makeTopic,
		"AWS::SNS::TopicPolicy":            named[topicPolicy],
		"AWS::SQS::Queue":                  (*Stack).makeQueue,
		"AWS::SQS::QueuePolicy":            named[queuePolicy],
		"AWS::StepFunctions::StateMachine": (*Stack).makeStateMachine,
	}
}

// ignored is a property that has no meaning on one machine.
type ignored = json.RawMessage

// provision makes the resources of t and keeps its outputs.
func (s *Stack) provision(t template) error {
	for name := range t.Parameters {
		s.ids[name] = map[string]string{"": "local"}
	}
	order, err := t.order()
	if err != nil {
		return fmt.Errorf("template: %w", err)
	}
	for _, id := range order {
		if err := s.make(id, t.Resources[id]); err != nil {
			return fmt.Errorf("template: resource %s (%s): %w", id, t.Resources[id].Type, err)
		}
	}
	s.outputs = map[string]string{}
	for name, o := range t.Outputs {
		value, err := s.ids.resolve(o.Value)
		if err != nil {
			return fmt.Errorf("template: output %s: %w", name, err)
		}
		s.outputs[name] = fmt.Sprint(value)
	}
	return nil
}

// make makes one resource; everything that it refers to has been made.
func (s *Stack) make(id string, r resource) error {
	make, ok := kinds()[r.Type]
	if !ok {
		return fmt.Errorf("local mode does not know this type")
	}
	properties, err := s.ids.resolve(r.Properties)
	if err != nil {
		return err
	}
	data, err := json.Marshal(properties)
	if err != nil {
		return err
	}
	attributes, err := make(s, id, data)
	if err != nil {
		return err
	}
	s.ids[id] = attributes
	return nil
}

// properties decodes a resource's properties. One that is not known here is an
// error that names it.
func properties[P any](data []byte) (p P, err error) {
	if err := strict(data, &p); err != nil {
		return p, fmt.Errorf("properties: %s; local mode does not know this", strings.TrimPrefix(err.Error(), "json: "))
	}
	return p, nil
}

// named returns the kind of a resource that has no effect here, with properties P.
func named[P any](s *Stack, id string, data []byte) (map[string]string, error) {
	_, err := properties[P](data)
	name := physicalName(id)
	return map[string]string{"": name, "Arn": s.arn("local", name)}, err
}

var hashSuffix = regexp.MustCompile(`[0-9A-F]{8}$`)

// physicalName returns the name of a resource that the template gives none: the
// stack's and its logical id without CDK's hash.
func physicalName(id string) string { return Name + "-" + hashSuffix.ReplaceAllString(id, "") }

// What grants, encrypts or logs on AWS.
type (
	bucketPolicy struct{ Bucket, PolicyDocument ignored }
	busPolicy    struct{ EventBusName, Statement, StatementId ignored }
	key          struct{ Description, EnableKeyRotation, KeyPolicy ignored }
	logGroup     struct{ LogGroupName, RetentionInDays ignored }
	permission   struct{ Action, FunctionName, FunctionUrlAuthType, Principal, SourceAccount, SourceArn ignored }
	policy       struct{ PolicyDocument, PolicyName, Roles ignored }
	queuePolicy  struct{ PolicyDocument, Queues ignored }
	topicPolicy  struct{ PolicyDocument, Topics ignored }
)
