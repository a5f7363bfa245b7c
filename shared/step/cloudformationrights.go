package step

// Services implements [Privileged].
func (cloudFormation) Services() []string { return []string{"cloudformation"} }

// Permissions implements [Privileged]. What the stack's resources need is not among
// them: it is for the role of role-arn.
func (cloudFormation) Permissions() []Permission {
	return []Permission{
		{
			Actions: []string{
				"cloudformation:CancelUpdateStack", "cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet", "cloudformation:DeleteStack",
				"cloudformation:DescribeChangeSet", "cloudformation:DescribeStackEvents", "cloudformation:DescribeStackResourceDrifts",
				"cloudformation:DescribeStacks", "cloudformation:DetectStackDrift", "cloudformation:DetectStackResourceDrift",
				"cloudformation:ExecuteChangeSet", "cloudformation:TagResource",
			},
			Resources: []string{"arn:{partition}:cloudformation:{region}:{account}:stack/{name}/*"},
		},
		{
			Actions:   []string{"cloudformation:DescribeStackDriftDetectionStatus"},
			Resources: []string{"*"},
			Why:       "a drift detection is asked for by its own id, and the action knows no resource",
		},
		{
			Actions:   []string{"iam:PassRole"},
			Resources: []string{"arn:{partition}:iam::{account}:role/{role}"},
			Condition: map[string]map[string]string{"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
		},
	}
}
