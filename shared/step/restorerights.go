package step

// Services implements [Privileged].
func (restoreJob) Services() []string { return []string{"backup", "dynamodb", "rds", "s3", "sts"} }

// Permissions implements [Privileged]. A name under allow is vault/resource, such as
// nightly/orders, where the resource is the original. Only what is named like a copy of
// it can be read and deleted.
func (restoreJob) Permissions() []Permission {
	return []Permission{
		{Actions: []string{"backup:DescribeRecoveryPoint", "backup:GetRecoveryPointRestoreMetadata", "backup:StartRestoreJob"}, Resources: recoveryPoints()},
		{Actions: []string{"backup:DescribeRestoreJob", "backup:ListRecoveryPointsByResource"}, Resources: []string{"*"},
			Why: "AWS Backup defines no resource for these actions"},
		passBackupRole(),
		{Actions: []string{"dynamodb:DeleteTable", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Scan"},
			Resources: []string{"arn:{partition}:dynamodb:{region}:{account}:table/{name.2}" + copyMark + "*"}},
		{Actions: []string{"rds:DeleteDBInstance", "rds:DescribeDBInstances"},
			Resources: []string{"arn:{partition}:rds:{region}:{account}:db:{name.2}" + copyMark + "*"}},
		{Actions: []string{"s3:DeleteBucket", "s3:ListBucket", "s3:ListBucketVersions"},
			Resources: []string{"arn:{partition}:s3:::{name.2}" + copyMark + "*"}},
		{Actions: []string{"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject"},
			Resources: []string{"arn:{partition}:s3:::{name.2}" + copyMark + "*/*"}},
	}
}
