//go:build integration

package step_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"
	"github.com/aws/smithy-go/middleware"

	"slipway/scripts/integration"
	"slipway/shared/step"
)

func TestIntegrationBackup(t *testing.T) {
	integration.Suite{
		Subject: "backup",
		Holds: []integration.Claim{
			{Says: "ARNs in the caller's account", Hold: emulatedVault(aBackupIsAskedForInTheCallersAccount)},
		},
		Gaps: []integration.Claim{
			{Says: "StartBackupJob isn't implemented, nor anything else of jobs and recovery points.", Hold: emulated(noBackupJobs)},
		},
	}.Run(t)
}

// An emulatedPlace has the jobs and recovery points of a vault, which the emulator
// lacks, and everything else of the emulator.
type emulatedPlace struct {
	*vault
	*service
	name string // of this test's resources
}

// emulatedVault returns hold with an emulated place of its own.
func emulatedVault(hold func(p *emulatedPlace)) func(*testing.T) {
	return emulated(func(s *service) {
		v := newVault(s.t)
		v.stack, v.now = s.stack, time.Now()
		p := &emulatedPlace{vault: v, service: s, name: integration.Name(s.t)}
		v.runner = step.New(step.Dependencies{Objects: s.objects, Accounts: p, Timers: v, WorkBucket: "work", Now: func() time.Time { return v.now }})
		hold(p)
	})
}

// Config implements [step.Accounts]: what is asked of AWS Backup is answered by the vault.
func (p *emulatedPlace) Config(context.Context, step.Work) (aws.Config, error) {
	reply := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if !strings.HasPrefix(fmt.Sprintf("%T", in.Parameters), "*backup.") {
			return next.HandleInitialize(ctx, in)
		}
		p.calls = append(p.calls, in.Parameters)
		result, err := p.serve(in.Parameters)
		return middleware.InitializeOutput{Result: result}, middleware.Metadata{}, err
	}
	c := p.aws.Copy()
	c.APIOptions = append(c.APIOptions, func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("AnswerBackup", reply), middleware.Before)
	})
	return c, nil
}

// run returns the attempt of this test, whose execution no other test has.
func (p *emulatedPlace) run(with string) step.Work { return attempt(p.name, with) }

func aBackupIsAskedForInTheCallersAccount(p *emulatedPlace) {
	if _, failure := p.start("backup", p.run(ofOrders)); failure != nil {
		p.vault.t.Fatal(failure)
	}
	in, ok := p.calls[0].(*backup.StartBackupJobInput)
	if !ok || *in.ResourceArn != "arn:aws:dynamodb:us-east-1:000000000000:table/orders" || *in.IamRoleArn != "arn:aws:iam::000000000000:role/storefront-backup" {
		p.vault.t.Errorf("it asks %+v", p.calls[0])
	}
	job := p.backups["backup-1"]
	point := p.point("new", *in.ResourceArn, 0)
	job.State, job.RecoveryPointArn = types.BackupJobStateCompleted, point.RecoveryPointArn
	if got := p.due("backup", "backup-1"); len(got) != 1 || got[0] != p.name+"/check/1 done" {
		p.vault.t.Errorf("it comes to %q", got)
	}
}

func noBackupJobs(s *service) {
	_, err := backup.NewFromConfig(s.aws).StartBackupJob(s.t.Context(), &backup.StartBackupJobInput{BackupVaultName: aws.String("nightly"),
		IamRoleArn: aws.String("arn:aws:iam::000000000000:role/backup"), ResourceArn: aws.String("arn:aws:s3:::site")})
	if err == nil {
		s.t.Error("StartBackupJob is implemented")
	}
}
