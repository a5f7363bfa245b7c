package step_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	instance "github.com/aws/aws-sdk-go-v2/service/rds/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	bucket "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// A vault is a place with AWS Backup, and with the tables, buckets and instances that
// restores make there.
type vault struct {
	*place
	byToken   map[string]string // tokens to jobs
	backups   map[string]*backup.DescribeBackupJobOutput
	restores  map[string]*backup.DescribeRestoreJobOutput
	metadata  map[string]map[string]string // of restores
	points    []*backup.DescribeRecoveryPointOutput
	tables    map[string]*restoredTable
	buckets   map[string]map[string]string // keys to bodies
	instances map[string]string            // to statuses
	refuse    map[string]string            // requests, by type, to the codes of their refusal
}

// A restoredTable has items with one attribute, id.
type restoredTable struct {
	status table.TableStatus
	items  []string
}

func newVault(t *testing.T) *vault {
	v := &vault{place: newPlace(t), byToken: map[string]string{}, backups: map[string]*backup.DescribeBackupJobOutput{},
		restores: map[string]*backup.DescribeRestoreJobOutput{}, metadata: map[string]map[string]string{},
		tables: map[string]*restoredTable{}, buckets: map[string]map[string]string{}, instances: map[string]string{}, refuse: map[string]string{}}
	v.answer = v.serve
	return v
}

// asked counts the requests of that type.
func (v *vault) asked(request string) int {
	count := 0
	for _, c := range v.calls {
		if fmt.Sprintf("%T", c) == request {
			count++
		}
	}
	return count
}

// point adds a recovery point of the resource to the vault nightly.
func (v *vault) point(name, resource string, age time.Duration) *backup.DescribeRecoveryPointOutput {
	p := &backup.DescribeRecoveryPointOutput{RecoveryPointArn: aws.String("arn:aws:backup:eu-central-1:111122223333:recovery-point:" + name),
		ResourceArn: &resource, BackupVaultName: aws.String("nightly"), Status: types.RecoveryPointStatusCompleted,
		CreationDate: aws.Time(v.now.Add(-age)), BackupSizeInBytes: aws.Int64(4096)}
	v.points = append(v.points, p)
	return p
}

func (v *vault) serve(request any) (any, error) {
	if code, refused := v.refuse[fmt.Sprintf("%T", request)]; refused {
		return nil, &smithy.GenericAPIError{Code: code, Message: "refused"}
	}
	for _, service := range []func(any) (any, error){v.serveBackups, v.serveRestores, v.serveTables, v.serveBuckets, v.serveInstances} {
		if answer, err := service(request); answer != nil || err != nil {
			return answer, err
		}
	}
	return nil, fmt.Errorf("nobody answers %T", request)
}

func missing(what string) error {
	return &smithy.GenericAPIError{Code: "ResourceNotFoundException", Message: what + " is not there"}
}

func (v *vault) serveBackups(request any) (any, error) {
	switch in := request.(type) {
	case *sts.GetCallerIdentityInput:
		return &sts.GetCallerIdentityOutput{Arn: aws.String("arn:aws:sts::111122223333:assumed-role/slipway-deploy/run")}, nil
	case *backup.StartBackupJobInput:
		id, again := v.byToken[*in.IdempotencyToken]
		if !again {
			id = fmt.Sprintf("backup-%d", len(v.backups)+1)
			v.byToken[*in.IdempotencyToken] = id
			v.backups[id] = &backup.DescribeBackupJobOutput{BackupJobId: &id, State: types.BackupJobStateRunning, CreationDate: aws.Time(v.now)}
		}
		return &backup.StartBackupJobOutput{BackupJobId: &id}, nil
	case *backup.DescribeBackupJobInput:
		job, known := v.backups[*in.BackupJobId]
		if !known {
			return nil, missing("backup job")
		}
		return job, nil
	case *backup.StopBackupJobInput:
		v.backups[*in.BackupJobId].State = types.BackupJobStateAborting
		return &backup.StopBackupJobOutput{}, nil
	case *backup.DescribeRecoveryPointInput:
		for _, p := range v.points {
			if *p.RecoveryPointArn == *in.RecoveryPointArn && *p.BackupVaultName == *in.BackupVaultName {
				return p, nil
			}
		}
		return nil, missing("recovery point")
	}
	return nil, nil
}

func (v *vault) serveRestores(request any) (any, error) {
	switch in := request.(type) {
	case *backup.ListRecoveryPointsByResourceInput:
		out := &backup.ListRecoveryPointsByResourceOutput{}
		for _, p := range v.points {
			if *p.ResourceArn == *in.ResourceArn {
				out.RecoveryPoints = append(out.RecoveryPoints, types.RecoveryPointByResource{RecoveryPointArn: p.RecoveryPointArn,
					BackupVaultName: p.BackupVaultName, CreationDate: p.CreationDate, Status: p.Status})
			}
		}
		return out, nil
	case *backup.GetRecoveryPointRestoreMetadataInput:
		return &backup.GetRecoveryPointRestoreMetadataOutput{RestoreMetadata: map[string]string{
			"dbsubnetgroupname": "private", "VpcSecurityGroupIds": `["sg-1"]`, "DBInstanceIdentifier": "storefront", "Iops": "3000"}}, nil
	case *backup.StartRestoreJobInput:
		id, again := v.byToken[*in.IdempotencyToken]
		if !again {
			id = fmt.Sprintf("restore-%d", len(v.restores)+1)
			v.byToken[*in.IdempotencyToken] = id
			v.metadata[id] = in.Metadata
			v.restores[id] = &backup.DescribeRestoreJobOutput{RestoreJobId: &id, Status: types.RestoreJobStatusRunning,
				CreationDate: aws.Time(v.now), RecoveryPointArn: in.RecoveryPointArn}
		}
		return &backup.StartRestoreJobOutput{RestoreJobId: &id}, nil
	case *backup.DescribeRestoreJobInput:
		return v.restores[*in.RestoreJobId], nil
	}
	return nil, nil
}

func (v *vault) serveTables(request any) (any, error) {
	switch in := request.(type) {
	case *dynamodb.DescribeTableInput:
		t, there := v.tables[*in.TableName]
		if !there {
			return nil, &table.ResourceNotFoundException{}
		}
		return &dynamodb.DescribeTableOutput{Table: &table.TableDescription{TableStatus: t.status}}, nil
	case *dynamodb.ScanInput: // a page has two items
		items := v.tables[*in.TableName].items
		from := 0
		if in.ExclusiveStartKey != nil {
			from = 2
		}
		out := &dynamodb.ScanOutput{Count: int32(min(2, len(items)-from))}
		if len(items) > from+2 {
			out.LastEvaluatedKey = map[string]table.AttributeValue{"id": &table.AttributeValueMemberS{Value: items[from+1]}}
		}
		return out, nil
	case *dynamodb.GetItemInput:
		id, ok := in.Key["id"].(*table.AttributeValueMemberS)
		if !ok {
			return nil, &smithy.GenericAPIError{Code: "ValidationException", Message: "the key is not the schema's"}
		}
		for _, item := range v.tables[*in.TableName].items {
			if item == id.Value {
				return &dynamodb.GetItemOutput{Item: in.Key}, nil
			}
		}
		return &dynamodb.GetItemOutput{}, nil
	case *dynamodb.DeleteTableInput:
		if _, there := v.tables[*in.TableName]; !there {
			return nil, &table.ResourceNotFoundException{}
		}
		delete(v.tables, *in.TableName)
		return &dynamodb.DeleteTableOutput{}, nil
	}
	return nil, nil
}

func (v *vault) serveBuckets(request any) (any, error) {
	switch in := request.(type) {
	case *sdk.HeadBucketInput:
		if _, there := v.buckets[*in.Bucket]; !there {
			return nil, &bucket.NotFound{}
		}
		return &sdk.HeadBucketOutput{}, nil
	case *sdk.ListObjectsV2Input:
		out := &sdk.ListObjectsV2Output{}
		for key := range v.buckets[*in.Bucket] {
			if strings.HasPrefix(key, *in.Prefix) {
				out.Contents = append(out.Contents, bucket.Object{Key: &key})
			}
		}
		return out, nil
	case *sdk.HeadObjectInput:
		body, there := v.buckets[*in.Bucket][*in.Key]
		if !there {
			return nil, &bucket.NotFound{}
		}
		return &sdk.HeadObjectOutput{ContentLength: aws.Int64(int64(len(body)))}, nil
	case *sdk.GetObjectInput:
		return &sdk.GetObjectOutput{Body: io.NopCloser(strings.NewReader(v.buckets[*in.Bucket][*in.Key]))}, nil
	case *sdk.ListObjectVersionsInput:
		out := &sdk.ListObjectVersionsOutput{}
		for key := range v.buckets[*in.Bucket] {
			out.Versions = append(out.Versions, bucket.ObjectVersion{Key: &key, VersionId: aws.String("1")})
		}
		return out, nil
	case *sdk.DeleteObjectsInput:
		for _, o := range in.Delete.Objects {
			delete(v.buckets[*in.Bucket], *o.Key)
		}
		return &sdk.DeleteObjectsOutput{}, nil
	case *sdk.DeleteBucketInput:
		if len(v.buckets[*in.Bucket]) > 0 {
			return nil, errors.New("the bucket is not empty")
		}
		delete(v.buckets, *in.Bucket)
		return &sdk.DeleteBucketOutput{}, nil
	}
	return nil, nil
}

func (v *vault) serveInstances(request any) (any, error) {
	switch in := request.(type) {
	case *rds.DescribeDBInstancesInput:
		status, there := v.instances[*in.DBInstanceIdentifier]
		if !there {
			return nil, &instance.DBInstanceNotFoundFault{}
		}
		return &rds.DescribeDBInstancesOutput{DBInstances: []instance.DBInstance{{DBInstanceStatus: &status, Engine: aws.String("postgres"), EngineVersion: aws.String("17.4")}}}, nil
	case *rds.DeleteDBInstanceInput:
		v.instances[*in.DBInstanceIdentifier] = "deleting"
		return &rds.DeleteDBInstanceOutput{}, nil
	}
	return nil, nil
}

// repeat starts the kind anew, as after a crash, without the runner's record.
func (v *vault) repeat(kind string) func(with string) {
	return func(with string) {
		v.t.Helper()
		_, err := v.runner.Start(context.Background(), kind, attempt("run_1", with))
		if err != nil {
			v.t.Fatal(err)
		}
	}
}
