package step

import (
	"fmt"
	"regexp"
)

// A backupResource names what is backed up and restored.
type backupResource struct {
	Type backupType `json:"type"`
	Name string     `json:"name"`
}

// A backupType is a service whose resources AWS Backup is asked for.
type backupType string

// The types.
const (
	dynamoDBTable backupType = "dynamodb"
	rdsInstance   backupType = "rds"
	s3Bucket      backupType = "s3"
)

// form returns what names of the type are like: per the DynamoDB developer guide,
// "Naming rules"; the RDS user guide, "Quotas and constraints", where a name neither ends
// with a hyphen nor has two in a row; and the S3 user guide, "General purpose bucket
// naming rules". The regular expression allows hyphens in a row.
func (t backupType) form() *regexp.Regexp {
	switch t {
	case dynamoDBTable:
		return tableName
	case rdsInstance:
		return instanceName
	}
	return bucketName
}

var (
	tableName    = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
	instanceName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// awsName returns the type's name in requests to AWS Backup.
func (t backupType) awsName() string {
	switch t {
	case dynamoDBTable:
		return "DynamoDB"
	case rdsInstance:
		return "RDS"
	}
	return "S3"
}

// tellsSize tells whether a recovery point of the type has a size: that of an RDS
// instance shows as 0, per the DescribeBackupJob reference.
func (t backupType) tellsSize() bool { return t != rdsInstance }

// check holds the resource against what is true with placeholders and without.
func (r backupResource) check() *Problem {
	switch {
	case r.Type == "" && r.Name == "":
		return &Problem{"resource", "is missing", "write what to back up, such as { type: dynamodb, name: orders }"}
	case r.Type != dynamoDBTable && r.Type != rdsInstance && r.Type != s3Bucket:
		return &Problem{"resource", fmt.Sprintf("has the type %q", r.Type), "write dynamodb (a table), rds (an instance) or s3 (a bucket)"}
	case r.Name == "":
		return &Problem{"resource", "has no name", "name the table, instance or bucket"}
	}
	return nil
}

// checkResolved holds the name against the form of its type.
func (r backupResource) checkResolved() *Problem {
	if !r.Type.form().MatchString(r.Name) {
		return &Problem{"resource", fmt.Sprintf("%.80q is not a name of the type %s", r.Name, r.Type), "write the name of the table, instance or bucket alone, without an ARN"}
	}
	return nil
}

// path returns the last part of the ARN of a resource of the type, which holds its name.
func (r backupResource) path() string {
	switch r.Type {
	case dynamoDBTable:
		return "table/" + r.Name
	case rdsInstance:
		return "db:" + r.Name
	}
	return r.Name
}
