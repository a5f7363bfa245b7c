package stack

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	definitions "slipway/infra/workflows"
)

// approvePrefix and an environment's name make the name of the state machine
// that decides approvals there: who may start it may approve.
const approvePrefix = "Approve-"

// workflows are the state machines.
type workflows struct {
	deploy  awsstepfunctions.CfnStateMachine
	runbook awsstepfunctions.CfnStateMachine
	approve []approval // in the platform's order
}

// approval is the state machine that decides approvals for an environment.
type approval struct {
	environment string
	machine     awsstepfunctions.CfnStateMachine
}

func newWorkflows(stack awscdk.Stack, functions map[string]function, environments []string) workflows {
	var w workflows
	deploy := newMachineKind(stack, "Deploy", "Deploy", functions,
		"plandeployment", "requestapproval", "lockenvironment", "runstep", "finishdeployment")
	w.deploy = deploy.newMachine(stack, "Deploy", "Deploy", definitions.Deploy)
	runbook := newMachineKind(stack, "Runbook", "Runbook", functions, "runstep", "finishrun")
	w.runbook = runbook.newMachine(stack, "Runbook", "Runbook", definitions.Runbook)
	approve := newMachineKind(stack, "Approve", approvePrefix+"*", functions, "decideapproval")
	for _, e := range environments {
		w.approve = append(w.approve, approval{e, approve.newMachine(stack, "Approve"+exported(e), approvePrefix+e, definitions.Approve)})
	}
	return w
}

// running returns the ARNs of the machines that run steps.
func (w workflows) running() []*string { return []*string{w.deploy.Ref(), w.runbook.Ref()} }

// approveARNs returns the ARNs of the machines that decide approvals.
func (w workflows) approveARNs() []*string {
	var arns []*string
	for _, a := range w.approve {
		arns = append(arns, a.machine.Ref())
	}
	return arns
}

// machineKind is what the state machines of one definition share.
type machineKind struct {
	role          awsiam.Role
	rights        awsiam.Policy
	logGroupARN   *string
	substitutions map[string]*string // name in the definition → function ARN
}

// newMachineKind declares a role for the state machines called name (which may
// end in an asterisk) that lets them invoke the given functions and no other.
func newMachineKind(stack awscdk.Stack, id, name string, functions map[string]function, tasks ...string) machineKind {
	k := machineKind{
		role: awsiam.NewRole(stack, new(id+"MachineRole"), &awsiam.RoleProps{
			AssumedBy: serviceFor("states.amazonaws.com", stateMachineARN(stack, name)),
		}),
		logGroupARN:   newLogGroup(stack, id+"MachineLog", new("/aws/vendedlogs/states/"+Name+"-"+id)).LogGroupArn(),
		substitutions: map[string]*string{},
	}
	var arns []*string
	for _, task := range tasks {
		arn := functions[task].lambda.FunctionArn()
		arns = append(arns, arn)
		k.substitutions[functions[task].id] = arn
	}
	k.rights = newRights(stack, id+"MachineRights", k.role,
		allow(arns, "lambda:InvokeFunction"), traceWorkflows(), deliverLogs())
	return k
}

func (k machineKind) newMachine(stack awscdk.Stack, id, name, definition string) awsstepfunctions.CfnStateMachine {
	machine := awsstepfunctions.NewCfnStateMachine(stack, new(id), &awsstepfunctions.CfnStateMachineProps{
		StateMachineName:        new(name),
		StateMachineType:        new("STANDARD"),
		DefinitionString:        new(definition),
		DefinitionSubstitutions: k.substitutions,
		RoleArn:                 k.role.RoleArn(),
		TracingConfiguration:    &awsstepfunctions.CfnStateMachine_TracingConfigurationProperty{Enabled: true},
		LoggingConfiguration: &awsstepfunctions.CfnStateMachine_LoggingConfigurationProperty{
			Level:                new("ERROR"),
			IncludeExecutionData: false,
			Destinations: []any{&awsstepfunctions.CfnStateMachine_LogDestinationProperty{
				CloudWatchLogsLogGroup: &awsstepfunctions.CfnStateMachine_CloudWatchLogsLogGroupProperty{LogGroupArn: k.logGroupARN},
			}},
		},
	})
	// Step Functions checks, as it takes the machine, that the role may deliver its log.
	machine.Node().AddDependency(k.rights)
	return machine
}

// stateMachineARN returns the ARN of the state machine of this account and
// Region that has the given name, without depending on the machine.
func stateMachineARN(stack awscdk.Stack, name string) *string {
	return stack.FormatArn(&awscdk.ArnComponents{
		Service: new("states"), Resource: new("stateMachine"), ResourceName: new(name), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
}

// exported turns an environment's name into a part of an output's: eu-production
// into EuProduction.
func exported(environment string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(environment, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
