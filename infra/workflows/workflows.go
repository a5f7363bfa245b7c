// Package workflows holds the state machine definitions, as the files that the
// stack deploys, local mode runs and the path tests walk.
package workflows

import _ "embed"

// Deploy is the definition of the Deploy state machine, in Amazon States
// Language with JSONata. ${PlanDeployment}, ${RequestApproval},
// ${LockEnvironment}, ${RunStep} and ${FinishDeployment} stand for function ARNs.
//
//go:embed deploy.asl.json
var Deploy string

// Runbook is the definition of the Runbook state machine; ${RunStep} and ${FinishRun}
// stand for function ARNs.
//
//go:embed runbook.asl.json
var Runbook string

// Approve is the definition of every Approve-<environment> state machine;
// ${DecideApproval} stands for a function ARN.
//
//go:embed approve.asl.json
var Approve string
