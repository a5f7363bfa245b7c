package step

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// A backupPlace is where AWS Backup acts for an attempt.
type backupPlace struct {
	partition string // such as "aws"
	region    string
	account   string // 12 digits
}

// newBackupPlace asks whose account the configuration acts in: a target may leave it open.
func newBackupPlace(ctx context.Context, c aws.Config) (backupPlace, error) {
	caller, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return backupPlace{}, fmt.Errorf("ask for the account: %w", err)
	}
	identity, err := arn.Parse(aws.ToString(caller.Arn))
	if err != nil {
		return backupPlace{}, fmt.Errorf("identity %q of the caller: %w", aws.ToString(caller.Arn), err)
	}
	return backupPlace{identity.Partition, c.Region, identity.AccountID}, nil
}

// resource returns the ARN of r there.
func (p backupPlace) resource(r backupResource) string {
	a := arn.ARN{Partition: p.partition, Service: string(r.Type), Region: p.region, AccountID: p.account, Resource: r.path()}
	if r.Type == s3Bucket {
		a.Region, a.AccountID = "", ""
	}
	return a.String()
}

// role returns the ARN of the named role there.
func (p backupPlace) role(name string) string {
	return arn.ARN{Partition: p.partition, Service: "iam", AccountID: p.account, Resource: "role/" + name}.String()
}

// backupMissing tells whether AWS Backup has answered that it doesn't know what was asked for.
func backupMissing(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ResourceNotFoundException"
}

// backupRefused returns err as the failure of a step of that kind when AWS would refuse
// the call again, and otherwise with what was tried, so that the call is repeated.
func backupRefused(err error, kind string, w Work, what string) error {
	if failure := denied(err, kind, w); failure != nil {
		return failure
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return fmt.Errorf("%s: %w", what, err)
	}
	switch api.ErrorCode() {
	case "ResourceNotFoundException":
		return permanent("NotFound", "%s: %s; check the names of the vault, the resource and the recovery point", what, api.ErrorMessage())
	case "InvalidParameterValueException", "MissingParameterValueException", "InvalidRequestException", "InvalidResourceStateException":
		return permanent("Refused", "%s: %s", what, api.ErrorMessage())
	case "LimitExceededException":
		return transient("LimitExceeded", "%s: %s; try again later or have the quota raised", what, api.ErrorMessage())
	}
	return fmt.Errorf("%s: %w", what, err)
}
