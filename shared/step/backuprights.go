package step

// Services implements [Privileged].
func (backupJob) Services() []string { return []string{"backup", "sts"} }

// Permissions implements [Privileged]. A name under allow is vault/resource, such as
// nightly/orders.
func (backupJob) Permissions() []Permission {
	return []Permission{
		{Actions: []string{"backup:StartBackupJob"}, Resources: []string{"arn:{partition}:backup:{region}:{account}:backup-vault:{name.1}"}},
		{Actions: []string{"backup:DescribeRecoveryPoint"}, Resources: recoveryPoints()},
		{Actions: []string{"backup:DescribeBackupJob", "backup:StopBackupJob"}, Resources: []string{"*"},
			Why: "AWS Backup defines no resource for these actions"},
		passBackupRole(),
	}
}

// recoveryPoints returns the ARNs of the recovery points that the types have: those that
// AWS Backup manages whole are its own, others are the service's. None but a table's
// holds the name of what was backed up.
func recoveryPoints() []string {
	return []string{
		"arn:{partition}:backup:{region}:{account}:recovery-point:*",
		"arn:{partition}:dynamodb:{region}:{account}:table/{name.2}/backup/*",
		"arn:{partition}:rds:{region}:{account}:snapshot:awsbackup:*",
	}
}

// passBackupRole lets AWS Backup be handed the roles that the environment lists.
func passBackupRole() Permission {
	return Permission{
		Actions: []string{"iam:PassRole"}, Resources: []string{"arn:{partition}:iam::{account}:role/{role}"},
		Condition: map[string]map[string]string{"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
	}
}
