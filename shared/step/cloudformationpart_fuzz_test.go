package step_test

import (
	"strings"
	"testing"

	"slipway/events"
	"slipway/shared/step"
)

// FuzzWorksOfEvents holds that no event leads to a work that its kind doesn't know, nor
// to one of an operation that goes on.
func FuzzWorksOfEvents(f *testing.F) {
	token := "slipway-" + strings.Repeat("0", 64)
	f.Add("aws.cloudformation", "CloudFormation Stack Status Change", `{"stack-id":"`+networkID+`","status-details":{"status":"UPDATE_COMPLETE"},"client-request-token":"`+token+`-cancel"}`)
	f.Add("aws.cloudformation", "CloudFormation Drift Detection Status Change", `{"stack-drift-detection-id":"d1","status-details":{"detection-status":"DETECTION_COMPLETE"}}`)
	f.Add("aws.states", "Step Functions Execution Status Change", `{"executionArn":"a","name":"`+token+`","status":"FAILED"}`)
	f.Add("aws.states", "Step Functions Execution Status Change", `[]`)
	stacks, _ := step.Lookup("cloudformation")
	machines, _ := step.Lookup("state-machine")
	f.Fuzz(func(t *testing.T, source, detailType, detail string) {
		e := events.Raw{Source: source, DetailType: detailType, Detail: []byte(detail)}
		for _, name := range stacks.(step.Remote).Works(e) {
			if kind, _, _ := strings.Cut(name, " "); source != "aws.cloudformation" || kind != "operation" && kind != "drift" {
				t.Errorf("%s leads to %q", detail, name)
			}
		}
		if names := machines.(step.Remote).Works(e); len(names) > 0 && (source != "aws.states" || !strings.Contains(detail, "slipway-")) && !strings.Contains(detail, `\u`) {
			t.Errorf("%s leads to %q", detail, names)
		}
	})
}
