//go:build integration

package step_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"slipway/scripts/integration"
	"slipway/shared/objects"
	"slipway/shared/step"
)

// TestIntegrationHasEveryKind wants a file for each kind that calls AWS, with its suite.
func TestIntegrationHasEveryKind(t *testing.T) {
	// What these ask of AWS goes through adapters that have suites of their own.
	through := []string{"approval", "deploy-release", "http", "rollback"}
	for _, name := range step.Names() {
		if slices.Contains(through, name) {
			continue
		}
		file := strings.ReplaceAll(name, "-", "") + "_integration_test.go"
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), `Subject: "`+name+`"`) {
			t.Errorf("step kind %s is not held against the emulator: add %s with an integration.Suite of that subject", name, file)
		}
	}
}

// A service is a stack on the emulator instead of the engine. Its buckets are those
// that the kinds share, so each test has a folder of its own there.
type service struct {
	*stack
	aws    aws.Config
	s3     *sdk.Client
	folder string // a prefix of keys
}

// emulated returns hold with a service, whose work does not go on elsewhere.
func emulated(hold func(s *service)) func(*testing.T) {
	return func(t *testing.T) {
		c := integration.Configuration(t)
		s := &service{stack: &stack{t: t}, aws: c, folder: integration.Name(t) + "/"}
		s.s3 = sdk.NewFromConfig(c, func(o *sdk.Options) { o.UsePathStyle = true })
		s.objects = objects.New(s.s3)
		s.runner = step.New(step.Dependencies{Objects: s.objects, Builds: s, WorkBucket: "work"})
		for _, bucket := range []string{"packages", "site", "work"} {
			_, err := s.s3.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: &bucket})
			s.must(err)
		}
		_, err := s.s3.PutBucketVersioning(t.Context(), &sdk.PutBucketVersioningInput{Bucket: aws.String("packages"),
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
		s.must(err)
		hold(s)
	}
}

func (s *service) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
