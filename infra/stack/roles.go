package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"

	"slipway/shared/platform"
	"slipway/shared/step"
)

// A DeployRole is the role that steps take to act in an environment. It can be taken by
// the functions that run steps, for that environment, and by nobody else; it may do what
// the platform file allows there.
type DeployRole struct{ Role awsiam.Role }

// DeployRoleProps are what a deploy role is made of.
type DeployRoleProps struct {
	Environment platform.Environment
	Trusted     []*string   // ARNs of the roles of the functions that run steps
	Kinds       []step.Kind // those whose permissions are granted
}

// NewDeployRole declares the deploy role of an environment, in the account of the stack.
// It returns an error when the environment allows what can't be granted.
func NewDeployRole(stack awscdk.Stack, id string, p DeployRoleProps) (DeployRole, error) {
	if err := checkSize(p.Environment, p.Kinds); err != nil {
		return DeployRole{}, err
	}
	at := place{*awscdk.Aws_PARTITION(), *stack.Region(), *stack.Account()}
	if p.Environment.Region != "" {
		at.region = p.Environment.Region
	}
	grants, err := grantAll(p.Environment, p.Kinds, at)
	if err != nil {
		return DeployRole{}, err
	}
	role := awsiam.NewRole(stack, new(id), &awsiam.RoleProps{
		RoleName:    new(p.Environment.Role),
		Description: new("What steps of Slipway may do in the environment " + p.Environment.Name + "."),
		AssumedBy:   trusted(p.Trusted, takeRole(p.Environment)),
	})
	role.AssumeRolePolicy().AddStatements(tagSessions(p.Environment, p.Trusted))
	if len(grants) > 0 {
		acceptDeployRole(newRights(stack, id+"Rights", role, statements(grants)...))
	}
	return DeployRole{role}, nil
}

// sessionTags are the keys of the tags that a session of a deploy role has.
func sessionTags() []*string {
	return *pointers([]string{"environment", "execution", "project", "step"})
}

// takeRole is the condition on which an environment's role is taken.
func takeRole(e platform.Environment) map[string]any {
	return map[string]any{"StringEquals": map[string]any{"sts:ExternalId": e.ExternalID(), "aws:RequestTag/environment": e.Name}}
}

// tagSessions allows the tags of a session. It is a statement of its own, because the
// external id is no part of what IAM knows of sts:TagSession.
func tagSessions(e platform.Environment, roles []*string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:    pointers([]string{"sts:TagSession"}),
		Principals: &[]awsiam.IPrincipal{trusted(roles, nil)},
		Conditions: &map[string]any{
			"StringEquals":              map[string]any{"aws:RequestTag/environment": e.Name},
			"ForAllValues:StringEquals": map[string]any{"aws:TagKeys": sessionTags()},
		},
	})
}

// trusted is any of the roles with those ARNs, on a condition.
func trusted(roles []*string, condition map[string]any) awsiam.IPrincipal {
	var all []awsiam.IPrincipal
	for _, arn := range roles {
		all = append(all, awsiam.NewArnPrincipal(arn))
	}
	composite := awsiam.NewCompositePrincipal(all...)
	if condition == nil {
		return composite
	}
	return awsiam.NewPrincipalWithConditions(composite, &condition)
}

func statements(grants []grant) []awsiam.PolicyStatement {
	var all []awsiam.PolicyStatement
	for _, g := range grants {
		conditions := map[string]any{}
		for operator, keys := range g.condition {
			conditions[operator] = keys
		}
		all = append(all, allowWhen(&conditions, *pointers(g.resources), g.actions...))
	}
	return all
}
