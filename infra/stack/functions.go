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
		{Name: "createrelease", ID: "CreateRelease", Memory: 256, Timeout: 60},
		{Name: "decideapproval", ID: "DecideApproval", Memory: 256, Timeout: 60},
		{Name: "finishdeployment", ID: "FinishDeployment", Memory: 256, Timeout: 60},
		{Name: "lockenvironment", ID: "LockEnvironment", Memory: 256, Timeout: 60},
		{Name: "plandeployment", ID: "PlanDeployment", Memory: 256, Timeout: 60},
		{Name: "promote", ID: "Promote", Memory: 256, Timeout: 60},
		{Name: "publishevents", ID: "PublishEvents", Memory: 256, Timeout: 60},
		{Name: "registerpackage", ID: "RegisterPackage", Memory: 512, Timeout: 900},
		{Name: "requestapproval", ID: "RequestApproval", Memory: 256, Timeout: 60},
		{Name: "resumestep", ID: "ResumeStep", Memory: 256, Timeout: 60},
		{Name: "runstep", ID: "RunStep", Memory: 1024, Timeout: 900},
		{Name: "startdeployment", ID: "StartDeployment", Memory: 256, Timeout: 60},
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
	s.functions["startdeployment"].lambda.AddEnvironment(new("DEPLOY_STATE_MACHINE"), s.workflows.deploy.Ref(), nil)
	s.functions["requestapproval"].lambda.AddEnvironment(new("APPROVE_STATE_MACHINE_PREFIX"), stateMachineARN(s.stack, approvePrefix), nil)
	s.functions["runstep"].lambda.AddEnvironment(new("BUILD_PROJECT"), s.scripts.project.Ref(), nil)
}
