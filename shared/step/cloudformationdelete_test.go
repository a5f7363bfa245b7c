package step_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"slipway/shared/step"
)

func TestAStackIsDeletedOnce(t *testing.T) {
	s := newStacks(t, types.StackStatusRollbackComplete)
	w := attempt("storefront_1_production_1", `{"stack":"network","action":"delete"}`)
	for range 2 { // as when Start is repeated
		if outcome, failure := s.start("cloudformation", w); failure != nil || outcome.Done {
			t.Fatalf("Start = %+v, %v", outcome, failure)
		}
	}
	token := s.token()
	s.happens(types.StackStatusDeleteComplete, token)
	if got := s.told(types.StackStatusDeleteComplete, token); !slices.Equal(got, []string{deploymentDone}) || s.asked("DeleteStack") != 1 {
		t.Errorf("the event leads to %q; %d deletions", got, s.asked("DeleteStack"))
	}
	outcome, failure := s.start("cloudformation", w)
	if failure != nil || !outcome.Done || !maps.Equal(outcome.Outputs, map[string]string{"stack-status": "DELETE_COMPLETE"}) {
		t.Errorf("a stack that is not there comes to %+v, %v", outcome, failure)
	}
}

func TestADeletionThatFailsFailsTheStep(t *testing.T) {
	w := attempt("storefront_1_production_1", `{"stack":"network","action":"delete"}`)
	s := newStacks(t, types.StackStatusCreateComplete)
	s.start("cloudformation", w)
	token := s.token()
	s.tell(types.StackEvent{LogicalResourceId: aws.String("Bucket"), ResourceType: aws.String("AWS::S3::Bucket"), ResourceStatus: types.ResourceStatusDeleteFailed,
		ResourceStatusReason: aws.String("it is not empty"), ClientRequestToken: &token})
	s.happens(types.StackStatusDeleteFailed, token)
	if got := s.told(types.StackStatusDeleteFailed, token); len(got) != 1 || !strings.HasSuffix(got[0], "came to DELETE_FAILED: Bucket (AWS::S3::Bucket) is DELETE_FAILED: it is not empty") {
		t.Errorf("it comes to %q", got)
	}
	s = newStacks(t, types.StackStatusUpdateInProgress)
	if _, failure := s.start("cloudformation", w); failure == nil || failure.Name != "StackBusy" || s.asked("DeleteStack") > 0 {
		t.Errorf("a busy stack comes to %v", failure)
	}
	s = newStacks(t, types.StackStatusCreateComplete)
	s.refuse["DeleteStack"] = validation("Stack [network] cannot be deleted while TerminationProtection is enabled")
	if _, failure := s.start("cloudformation", w); failure == nil || failure.Name != "ValidationError" || !failure.Permanent {
		t.Errorf("a protected stack comes to %v", failure)
	}
}

func TestDriftIsDetected(t *testing.T) {
	for name, c := range map[string]struct {
		expect, want string
		detection    types.StackDriftDetectionStatus
		drift        types.StackDriftStatus
		count        int32
	}{
		"in sync":              {"", deploymentDone, types.StackDriftDetectionStatusDetectionComplete, types.StackDriftStatusInSync, 0},
		"drifted":              {"", "storefront_1_production_1/check/1 StackDrifted: stack network is DRIFTED: 1 resources differ from its template; the step's log names them", types.StackDriftDetectionStatusDetectionComplete, types.StackDriftStatusDrifted, 1},
		"drifted is all right": {`,"expect":"any"`, deploymentDone, types.StackDriftDetectionStatusDetectionComplete, types.StackDriftStatusDrifted, 1},
		"not detected":         {"", "storefront_1_production_1/check/1 DetectionFailed: the drift of stack network could not be detected: no right to read", types.StackDriftDetectionStatusDetectionFailed, types.StackDriftStatusUnknown, 0},
	} {
		s := newStacks(t, types.StackStatusCreateComplete)
		s.drift = &cloudformation.DescribeStackDriftDetectionStatusOutput{StackId: aws.String(networkID), Timestamp: aws.Time(s.now), DetectionStatus: types.StackDriftDetectionStatusDetectionInProgress}
		w := attempt("storefront_1_production_1", `{"stack":"network","action":"drift"`+c.expect+`}`)
		if outcome, failure := s.start("cloudformation", w); failure != nil || outcome.Done {
			t.Fatalf("%s: Start = %+v, %v", name, outcome, failure)
		}
		s.drift.DetectionStatus, s.drift.StackDriftStatus, s.drift.DriftedStackResourceCount = c.detection, c.drift, &c.count
		s.drift.DetectionStatusReason = aws.String("no right to read")
		if got := s.detected(c.detection); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: the event leads to %q, want %s", name, got, c.want)
		}
		log := s.read("work", step.LogKey(w.Execution, w.Step, w.Attempt))
		if strings.Contains(log, "Topic (AWS::SNS::Topic) is MODIFIED /DisplayName\n") != (c.count > 0) {
			t.Errorf("%s: the log is %s", name, log)
		}
	}
}

func (s *stacks) detected(status types.StackDriftDetectionStatus) []string {
	return s.resume("aws.cloudformation", "CloudFormation Drift Detection Status Change",
		fmt.Sprintf(`{"stack-id":%q,"stack-drift-detection-id":"d1","status-details":{"stack-drift-status":"DRIFTED","detection-status":%q}}`, networkID, status))
}

func TestADriftDetectionThatCantBegin(t *testing.T) {
	w := attempt("storefront_1_production_1", `{"stack":"network","action":"drift"}`)
	s := newStacks(t, types.StackStatusCreateComplete)
	s.refuse["DetectStackDrift"] = validation("Stack [network] does not exist")
	if _, failure := s.start("cloudformation", w); failure == nil || failure.Name != "NoSuchStack" {
		t.Errorf("without a stack it comes to %v", failure)
	}
	s.refuse["DetectStackDrift"] = validation("Drift detection is already in progress for stack")
	_, err := s.runner.Start(t.Context(), "cloudformation", w)
	if err == nil || strings.HasPrefix(err.Error(), "ValidationError: ") {
		t.Errorf("while another goes on it comes to %v, want an error that says nothing about the step", err)
	}
}
