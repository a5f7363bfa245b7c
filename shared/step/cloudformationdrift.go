package step

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// detectDrift begins a drift detection. It changes nothing, so that another may begin
// when this is repeated. One that goes on already is no answer: the call is repeated.
func (s stackStep) detectDrift(ctx context.Context) (Outcome, error) {
	begun, err := s.client.DetectStackDrift(ctx, &cloudformation.DetectStackDriftInput{StackName: &s.parameters.Stack})
	var answer smithy.APIError
	switch {
	case noSuchStack(err):
		return Outcome{}, permanent("NoSuchStack", "there is no stack %s; name one that is deployed", s.parameters.Stack)
	case errors.As(err, &answer) && strings.Contains(answer.ErrorMessage(), "in progress"):
		return Outcome{}, fmt.Errorf("detect drift of stack %s: %w", s.parameters.Stack, err)
	case err != nil:
		return Outcome{}, s.explain(err, "detect drift of")
	}
	fmt.Fprintf(s.w.Log, "the drift of stack %s is being detected\n", s.parameters.Stack)
	return Outcome{Work: stackPart{kind: driftPart, id: aws.ToString(begun.StackDriftDetectionId)}.String()}, nil
}

// checkDrift looks what the detection has found.
func (s stackStep) checkDrift(ctx context.Context, part stackPart) (Outcome, error) {
	found, err := s.client.DescribeStackDriftDetectionStatus(ctx, &cloudformation.DescribeStackDriftDetectionStatusInput{StackDriftDetectionId: &part.id})
	if err != nil {
		return Outcome{}, s.explain(err, "describe drift detection of")
	}
	if found.DetectionStatus == types.StackDriftDetectionStatusDetectionInProgress {
		late, err := overdue(ctx, s.d, s.w, cloudFormationKind, part.String(), aws.ToTime(found.Timestamp))
		if err != nil || !late {
			return Outcome{}, err
		}
		return Outcome{}, transient("TimedOut", "the drift of stack %s was not detected within %s; raise the step's timeout", s.parameters.Stack, s.w.Timeout)
	}
	if err := ended(ctx, s.d, s.w, cloudFormationKind, part.String()); err != nil {
		return Outcome{}, err
	}
	if found.DetectionStatus != types.StackDriftDetectionStatusDetectionComplete {
		return Outcome{}, transient("DetectionFailed", "the drift of stack %s could not be detected: %s", s.parameters.Stack, aws.ToString(found.DetectionStatusReason))
	}
	return s.drifted(ctx, found)
}

// drifted returns the outcome of a detection that has come to its end.
func (s stackStep) drifted(ctx context.Context, found *cloudformation.DescribeStackDriftDetectionStatusOutput) (Outcome, error) {
	count := int(aws.ToInt32(found.DriftedStackResourceCount))
	if count > 0 {
		if err := s.logDrift(ctx, aws.ToString(found.StackId)); err != nil {
			return Outcome{}, err
		}
	}
	if s.parameters.Expect == expectInSync && found.StackDriftStatus != types.StackDriftStatusInSync {
		return Outcome{}, permanent("StackDrifted", "stack %s is %s: %d resources differ from its template; the step's log names them", s.parameters.Stack, found.StackDriftStatus, count)
	}
	return Outcome{Done: true, Outputs: map[string]string{
		"stack-id": aws.ToString(found.StackId), "drift": string(found.StackDriftStatus), "drifted-resources": strconv.Itoa(count),
	}}, nil
}

// logDrift writes a line for each resource that has drifted.
func (s stackStep) logDrift(ctx context.Context, id string) error {
	pages := cloudformation.NewDescribeStackResourceDriftsPaginator(s.client, &cloudformation.DescribeStackResourceDriftsInput{
		StackName:                       &id,
		StackResourceDriftStatusFilters: []types.StackResourceDriftStatus{types.StackResourceDriftStatusModified, types.StackResourceDriftStatusDeleted},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return s.explain(err, "describe drift of")
		}
		for _, r := range page.StackResourceDrifts {
			var where []string
			for _, p := range r.PropertyDifferences {
				where = append(where, aws.ToString(p.PropertyPath))
			}
			fmt.Fprintf(s.w.Log, "%s (%s) is %s %s\n", aws.ToString(r.LogicalResourceId), aws.ToString(r.ResourceType), r.StackResourceDriftStatus, strings.Join(where, " "))
		}
	}
	return nil
}
