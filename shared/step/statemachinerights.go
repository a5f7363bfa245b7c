package step

// Services implements [Privileged].
func (stateMachine) Services() []string { return []string{"states", "sts"} }

// Permissions implements [Privileged]. Looking up the account needs no right.
func (stateMachine) Permissions() []Permission {
	return []Permission{
		{
			Actions:   []string{"states:DescribeStateMachine", "states:StartExecution"},
			Resources: []string{"arn:{partition}:states:{region}:{account}:stateMachine:{name}"},
		},
		{
			Actions:   []string{"states:DescribeExecution", "states:StopExecution"},
			Resources: []string{"arn:{partition}:states:{region}:{account}:execution:{name}:" + ownPrefix + "*"},
		},
	}
}
