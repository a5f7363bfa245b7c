package step

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/backup"
)

// metadata returns how the copy is to be made: private, encrypted, and deletable. The
// keys and values are those of the AWS Backup developer guide, "Restore testing inferred
// metadata", with the copy's name.
func (r restoring) metadata(ctx context.Context, plan restorePlan) (map[string]string, error) {
	switch r.p.Resource.Type {
	case dynamoDBTable:
		return map[string]string{"targetTableName": plan.Copy, "encryptionType": "Default", "deletionProtection": "false"}, nil
	case rdsInstance:
		return r.instanceMetadata(ctx, plan)
	}
	return map[string]string{"destinationBucketName": plan.Copy, "newBucket": "true", "encrypted": "true", "encryptionType": "SSE-S3", "restoreACLs": "false"}, nil
}

// instanceMetadata adds the network of the original, which the recovery point knows: not
// every account has a default VPC. The names are those of RestoreDBInstanceFromDBSnapshot.
func (r restoring) instanceMetadata(ctx context.Context, plan restorePlan) (map[string]string, error) {
	metadata := map[string]string{"DBInstanceIdentifier": plan.Copy, "DeletionProtection": "false", "MultiAZ": "false", "PubliclyAccessible": "false"}
	original, err := r.backup.GetRecoveryPointRestoreMetadata(ctx, &backup.GetRecoveryPointRestoreMetadataInput{BackupVaultName: &r.p.Vault, RecoveryPointArn: &plan.Point})
	if err != nil {
		return nil, backupRefused(err, restoreJob{}.Name(), r.w, "look at how recovery point "+plan.Point+" was made")
	}
	for _, key := range []string{"DBSubnetGroupName", "VpcSecurityGroupIds"} {
		for name, value := range original.RestoreMetadata { // keys are not case sensitive
			if strings.EqualFold(name, key) && value != "" {
				metadata[key] = value
			}
		}
	}
	return metadata, nil
}
