package stack

import "github.com/aws/aws-cdk-go/awscdk/v2"

// A Function is one Lambda function of the stack.
type Function struct {
	Name    string  // the folder in functions/, the binary's handler setting
	ID      string  // the construct's id, and the name that workflow definitions substitute
	Memory  float64 // MB
	Timeout float64 // seconds
}

// Functions returns every function of the stack, sorted by name.
func Functions() []Function {
	return []Function{
		{Name: "api", ID: "Api", Memory: 256, Timeout: 60},
		{Name: "applyproject", ID: "ApplyProject", Memory: 256, Timeout: 60},
		{Name: "cancelsteps", ID: "CancelSteps", Memory: 256, Timeout: 900},
		{Name: "createrelease", ID: "CreateRelease", Memory: 256, Timeout: 60},
		{Name: "decideapproval", ID: "DecideApproval", Memory: 256, Timeout: 60},
		{Name: "finishdeployment", ID: "FinishDeployment", Memory: 256, Timeout: 60},
		{Name: "finishrun", ID: "FinishRun", Memory: 256, Timeout: 60},
		{Name: "lockenvironment", ID: "LockEnvironment", Memory: 256, Timeout: 60},
		{Name: "plandeployment", ID: "PlanDeployment", Memory: 512, Timeout: 60},
		{Name: "promote", ID: "Promote", Memory: 256, Timeout: 60},
		{Name: "publishevents", ID: "PublishEvents", Memory: 256, Timeout: 60},
		{Name: "registerpackage", ID: "RegisterPackage", Memory: 512, Timeout: 900},
		{Name: "requestapproval", ID: "RequestApproval", Memory: 256, Timeout: 60},
		{Name: "resumestep", ID: "ResumeStep", Memory: 512, Timeout: 900},
		{Name: "runstep", ID: "RunStep", Memory: 1024, Timeout: 900},
		{Name: "startdeployment", ID: "StartDeployment", Memory: 256, Timeout: 60},
		{Name: "startrunbook", ID: "StartRunbook", Memory: 256, Timeout: 60},
		{Name: "sweepimages", ID: "SweepImages", Memory: 256, Timeout: 900},
	}
}

func newFunctions(stack awscdk.Stack, c code, environment map[string]*string) map[string]function {
	functions := map[string]function{}
	for _, f := range Functions() {
		functions[f.Name] = newFunction(stack, f, c, environment)
	}
	return functions
}

// connect tells functions the names of what they start; the rest of the
// environment is the same for all.
func (s system) connect() {
	tell := func(name, value *string, functions ...string) {
		for _, f := range functions {
			s.functions[f].lambda.AddEnvironment(name, value, nil)
		}
	}
	tell(new("DEPLOY_STATE_MACHINE"), s.workflows.deploy.Ref(), "startdeployment")
	tell(new("RUNBOOK_STATE_MACHINE"), s.workflows.runbook.Ref(), "startrunbook")
	tell(new("APPROVE_STATE_MACHINE_PREFIX"), stateMachineARN(s.stack, approvePrefix), append(stepFunctions(), "requestapproval")...)
	tell(new("BUILD_PROJECT"), s.scripts.project.Ref(), stepFunctions()...)
	tell(new("TIMER_GROUP"), s.timers.group.Ref(), stepFunctions()...)
	tell(new("TIMER_ROLE"), s.timers.role.RoleArn(), stepFunctions()...)
	tell(new("TIMER_TARGET"), s.functions["resumestep"].arn(s.stack), stepFunctions()...)
	tell(new("SCHEDULE_GROUP"), s.schedules.group.Ref(), triggerFunctions()...)
	tell(new("SCHEDULE_ROLE"), s.schedules.role.RoleArn(), triggerFunctions()...)
	tell(new("START_RUNBOOK"), s.functions["startrunbook"].lambda.FunctionArn(), triggerFunctions()...)
	tell(new("DEAD_LETTERS"), s.queues.undelivered.QueueArn(), append(stepFunctions(), triggerFunctions()...)...)
}

// stepFunctions returns the functions that run steps, follow their work and cancel it.
func stepFunctions() []string { return []string{"cancelsteps", "resumestep", "runstep"} }

// triggerFunctions returns the functions that keep the triggers of runbooks.
func triggerFunctions() []string { return []string{"api", "applyproject"} }

// arn returns f's ARN without depending on f, for what f itself depends on.
func (f function) arn(stack awscdk.Stack) *string {
	return stack.FormatArn(&awscdk.ArnComponents{Service: new("lambda"), Resource: new("function"), ResourceName: new(functionName(f.id)),
		ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME})
}

// functionName returns the name of the function whose construct has the id, fixed so that
// its ARN is known beforehand.
func functionName(id string) string { return Name + "-" + id }
