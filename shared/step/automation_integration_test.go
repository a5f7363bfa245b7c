//go:build integration

package step_test

import (
	"strings"
	"testing"

	"slipway/scripts/integration"
)

func TestIntegrationAutomation(t *testing.T) {
	integration.Suite{
		Subject: "automation",
		Gaps: []integration.Claim{
			{Says: "StartAutomationExecution isn't implemented, nor anything else of Automation.", Hold: emulated(posted(nothingIsAutomated))},
		},
	}.Run(t)
}

func nothingIsAutomated(o *outpost) {
	_, err := o.runner.Start(o.t.Context(), "automation", attempt(o.execution(), `{"document":"AWS-RestartEC2Instance"}`))
	if err == nil || !strings.Contains(err.Error(), "start runbook AWS-RestartEC2Instance") {
		o.t.Errorf("it comes to %v", err)
	}
}
