package step_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"slipway/shared/step"
)

// stacks is a CloudFormation of one stack, network, in a place.
type stacks struct {
	*place
	stack  *types.Stack // nil: there is none
	set    *cloudformation.DescribeChangeSetOutput
	events []types.StackEvent // the newest first
	made   *cloudformation.CreateChangeSetInput
	drift  *cloudformation.DescribeStackDriftDetectionStatusOutput
	refuse map[string]error // errors by request, such as "ExecuteChangeSet"
	pages  bool             // lists come in pages of one
}

const networkID = "arn:aws:cloudformation:eu-central-1:111122223333:stack/network/1f"

func newStacks(t *testing.T, status types.StackStatus) *stacks {
	s := &stacks{place: newPlace(t), refuse: map[string]error{}}
	if status != "" {
		s.stack = &types.Stack{StackName: aws.String("network"), StackId: aws.String(networkID), StackStatus: status,
			Outputs: []types.Output{{OutputKey: aws.String("Url"), OutputValue: aws.String("https://example.com")}}}
	}
	s.answer = s.serve
	return s
}

func (s *stacks) serve(request any) (any, error) {
	name := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", request), "*cloudformation."), "Input")
	if err := s.refuse[name]; err != nil {
		return nil, err
	}
	switch in := request.(type) {
	case *cloudformation.DescribeStacksInput:
		if s.stack == nil || s.stack.StackStatus == types.StackStatusDeleteComplete && *in.StackName != networkID {
			return nil, validation("Stack with id network does not exist")
		}
		return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{*s.stack}}, nil
	case *cloudformation.CreateChangeSetInput:
		return s.create(in)
	case *cloudformation.DescribeChangeSetInput:
		return s.describe(in)
	case *cloudformation.ExecuteChangeSetInput:
		s.set.ExecutionStatus = types.ExecutionStatusExecuteInProgress
		s.happens(types.StackStatusUpdateInProgress, *in.ClientRequestToken)
		return &cloudformation.ExecuteChangeSetOutput{}, nil
	case *cloudformation.DeleteChangeSetInput:
		s.set = nil
		return &cloudformation.DeleteChangeSetOutput{}, nil
	case *cloudformation.DescribeStackEventsInput:
		return s.list(in)
	}
	return s.serveOthers(request)
}

func (s *stacks) serveOthers(request any) (any, error) {
	switch in := request.(type) {
	case *cloudformation.DeleteStackInput:
		s.happens(types.StackStatusDeleteInProgress, *in.ClientRequestToken)
		return &cloudformation.DeleteStackOutput{}, nil
	case *cloudformation.CancelUpdateStackInput:
		s.happens(types.StackStatusUpdateRollbackInProgress, *in.ClientRequestToken)
		return &cloudformation.CancelUpdateStackOutput{}, nil
	case *cloudformation.DetectStackDriftInput:
		return &cloudformation.DetectStackDriftOutput{StackDriftDetectionId: aws.String("d1")}, nil
	case *cloudformation.DescribeStackDriftDetectionStatusInput:
		return s.drift, nil
	case *cloudformation.DescribeStackResourceDriftsInput:
		return &cloudformation.DescribeStackResourceDriftsOutput{StackResourceDrifts: []types.StackResourceDrift{{
			LogicalResourceId: aws.String("Topic"), ResourceType: aws.String("AWS::SNS::Topic"), StackResourceDriftStatus: types.StackResourceDriftStatusModified,
			PropertyDifferences: []types.PropertyDifference{{PropertyPath: aws.String("/DisplayName")}}}}}, nil
	}
	return nil, fmt.Errorf("%T is not expected", request)
}

func validation(message string) error {
	return &smithy.GenericAPIError{Code: "ValidationError", Message: message}
}

// create makes a change set, which is not complete yet.
func (s *stacks) create(in *cloudformation.CreateChangeSetInput) (any, error) {
	s.made = in
	if s.stack == nil {
		s.stack = &types.Stack{StackName: aws.String("network"), StackId: aws.String(networkID), StackStatus: types.StackStatusReviewInProgress}
	}
	id := "arn:aws:cloudformation:eu-central-1:111122223333:changeSet/" + *in.ChangeSetName + "/2e"
	s.set = &cloudformation.DescribeChangeSetOutput{ChangeSetId: &id, ChangeSetName: in.ChangeSetName, StackId: aws.String(networkID), CreationTime: aws.Time(s.now),
		Status: types.ChangeSetStatusCreatePending, ExecutionStatus: types.ExecutionStatusUnavailable}
	return &cloudformation.CreateChangeSetOutput{Id: &id, StackId: aws.String(networkID)}, nil
}

// complete lets the change set come to what it would change.
func (s *stacks) complete() {
	s.set.Status, s.set.ExecutionStatus = types.ChangeSetStatusCreateComplete, types.ExecutionStatusAvailable
	for _, change := range []types.ResourceChange{
		{Action: types.ChangeActionAdd, LogicalResourceId: aws.String("Queue"), ResourceType: aws.String("AWS::SQS::Queue")},
		{Action: types.ChangeActionModify, LogicalResourceId: aws.String("Topic"), ResourceType: aws.String("AWS::SNS::Topic"), PhysicalResourceId: aws.String("alerts"), Replacement: types.ReplacementTrue},
	} {
		s.set.Changes = append(s.set.Changes, types.Change{ResourceChange: &change})
	}
}

// fail lets the change set fail for that reason.
func (s *stacks) fail(reason string) {
	s.set.Status, s.set.StatusReason = types.ChangeSetStatusFailed, &reason
}

func (s *stacks) describe(in *cloudformation.DescribeChangeSetInput) (any, error) {
	if s.set == nil || *in.ChangeSetName != *s.set.ChangeSetId && *in.ChangeSetName != *s.set.ChangeSetName {
		return nil, &types.ChangeSetNotFoundException{}
	}
	page := *s.set
	if s.pages && len(page.Changes) > 1 {
		if in.NextToken == nil {
			page.Changes, page.NextToken = page.Changes[:1], aws.String("2")
		} else {
			page.Changes = page.Changes[1:]
		}
	}
	return &page, nil
}

// happens lets the stack come to status by the request with that token.
func (s *stacks) happens(status types.StackStatus, token string) {
	s.stack.StackStatus = status
	s.tell(types.StackEvent{ResourceStatus: types.ResourceStatus(status), PhysicalResourceId: aws.String(networkID), ClientRequestToken: &token})
}

func (s *stacks) tell(e types.StackEvent) {
	e.Timestamp = aws.Time(s.now)
	s.events = slices.Insert(s.events, 0, e)
}

func (s *stacks) list(in *cloudformation.DescribeStackEventsInput) (any, error) {
	at := 0
	if in.NextToken != nil {
		_, err := fmt.Sscan(*in.NextToken, &at)
		if err != nil {
			return nil, err
		}
	}
	if !s.pages || len(s.events) == 0 {
		return &cloudformation.DescribeStackEventsOutput{StackEvents: s.events}, nil
	}
	page := &cloudformation.DescribeStackEventsOutput{StackEvents: s.events[at : at+1]}
	if at+1 < len(s.events) {
		page.NextToken = aws.String(fmt.Sprint(at + 1))
	}
	return page, nil
}

// token returns the token of the latest request.
func (s *stacks) token() string { return aws.ToString(s.events[0].ClientRequestToken) }

// told returns what the runner reports of an event of the stack.
func (s *stacks) told(status types.StackStatus, token string) []string {
	return s.resume("aws.cloudformation", "CloudFormation Stack Status Change",
		fmt.Sprintf(`{"stack-id":%q,"status-details":{"status":%q,"status-reason":""},"client-request-token":%q}`, networkID, status, token))
}

// asked returns how often that request was made, such as "ExecuteChangeSet".
func (s *stacks) asked(name string) (count int) {
	for _, call := range s.calls {
		if strings.HasSuffix(fmt.Sprintf("%T", call), "."+name+"Input") {
			count++
		}
	}
	return count
}

// lookAgain lets the timer of the change set come due.
func (s *stacks) lookAgain() []string {
	s.t.Helper()
	return s.due("cloudformation", "change-set "+*s.set.ChangeSetId)
}

// deploying returns an attempt at a deployment of the stack.
func deploying(more string) step.Work {
	return attempt("storefront_1_production_1", `{"stack":"network","template-body":"{}"`+more+`}`)
}
