package stack

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"

	"slipway/shared/platform"
	"slipway/shared/step"
)

// targetPrefix and an environment's name make the name of the stack that is deployed
// where the environment is.
const targetPrefix = "SlipwayTarget-"

// newTarget declares the stack of an environment in another account or Region, to be
// deployed there: the deploy role, unless it is in the stack's own account, and the rule
// that tells of the end of steps. Where the stack [Name] is, no template knows: it is
// told by parameters.
func newTarget(scope constructs.Construct, e platform.Environment) error {
	place := &awscdk.Environment{Region: new(e.Region)}
	if e.Account != "" {
		place.Account = new(e.Account)
	}
	stack := awscdk.NewStack(scope, new(targetPrefix+e.Name), &awscdk.StackProps{
		StackName:   new(targetPrefix + e.Name),
		Description: new("What Slipway needs where the environment " + e.Name + " is."),
		Env:         place,
		Synthesizer: withoutBootstrap(),
		Tags:        &map[string]*string{"project": new("slipway")},
	})
	account := newParameter(stack, "SlipwayAccount", "The account of the stack "+Name+".", "^[0-9]{12}$")
	region := newParameter(stack, "SlipwayRegion", "The Region of the stack "+Name+".", "^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$")
	forward(stack, e, account, region)
	if e.Account == "" {
		return nil
	}
	var trusted []*string
	for _, name := range deployers() {
		trusted = append(trusted, roleARN(account, deployerRole(name)))
	}
	_, err := NewDeployRole(stack, "DeployRole", DeployRoleProps{Environment: e, Trusted: trusted, Kinds: step.Kinds()})
	return err
}

func newParameter(stack awscdk.Stack, name, description, pattern string) *string {
	return awscdk.NewCfnParameter(stack, new(name), &awscdk.CfnParameterProps{
		Description: new(description), AllowedPattern: new(pattern)}).ValueAsString()
}

// deployers returns the names of the functions that act in environments: they alone may
// take deploy roles. To plan is to act, too: what a step would change is asked of AWS.
func deployers() []string { return append(stepFunctions(), "plandeployment") }

// deployerRole returns the name of the role of a function that acts in environments.
// It is fixed, because other accounts trust the role by its name.
func deployerRole(function string) string {
	i := slices.IndexFunc(Functions(), func(f Function) bool { return f.Name == function })
	return Name + "-" + Functions()[i].ID
}

// nameDeployers gives the roles of the functions that act in environments their names.
func nameDeployers(functions map[string]function) {
	for _, name := range deployers() {
		functions[name].role.Node().DefaultChild().(awsiam.CfnRole).SetRoleName(new(deployerRole(name)))
	}
}

// newDeployRoles declares the deploy roles of the environments in the stack's own
// account, and returns the ARNs of those of all environments.
func newDeployRoles(stack awscdk.Stack, environments []platform.Environment, functions map[string]function) ([]*string, error) {
	var trusted, arns []*string
	for _, name := range deployers() {
		trusted = append(trusted, functions[name].role.RoleArn())
	}
	for _, e := range environments {
		switch {
		case e.Deploys() && e.Account != "":
			arns = append(arns, roleARN(new(e.Account), e.Role))
		case e.Deploys():
			r, err := NewDeployRole(stack, "Deploy"+exported(e.Name)+"Role", DeployRoleProps{Environment: e, Trusted: trusted, Kinds: step.Kinds()})
			if err != nil {
				return nil, err
			}
			arns = append(arns, r.Role.RoleArn())
		}
	}
	return arns, nil
}

// takeRoles allows to act in the environments that have deploy roles, and nothing else
// of theirs.
func (s system) takeRoles() []awsiam.PolicyStatement {
	if len(s.deployRoles) == 0 {
		return nil
	}
	return list(nil, allow(s.deployRoles, "sts:AssumeRole", "sts:TagSession"))
}

// roleARN returns the ARN of a role in an account of the stack's own partition: roles
// can't be taken across partitions.
func roleARN(account *string, role string) *string {
	return new(fmt.Sprintf("arn:%s:iam::%s:role/%s", *awscdk.Aws_PARTITION(), *account, role))
}

// checkRoles refuses deploy roles that have the name of another role of the stack.
func checkRoles(p platform.Platform) error {
	for _, e := range p.Environments {
		for _, function := range deployers() {
			if e.Deploys() && e.Account == "" && e.Role == deployerRole(function) {
				return fmt.Errorf("platform: environment %s has the role %s, which is that of the function %s: give it another name", e.Name, e.Role, function)
			}
		}
	}
	return nil
}
