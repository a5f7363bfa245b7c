package stack

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"slipway/shared/platform"
)

// Synthesize writes the cloud assembly for the platform to the folder outdir, with a
// stack for each environment in another account or Region, and returns the template of the stack
// [Name]. It fails on whatever CDK, CloudFormation's rules
// or cdk-nag's AwsSolutions rules find wrong, and says what they found.
func Synthesize(p platform.Platform, outdir string) (template []byte, err error) {
	defer func() {
		// Every error of CDK arrives as a panic, this being the one place to catch it.
		if r := recover(); r != nil {
			template, err = nil, fmt.Errorf("synthesize %s: %v", Name, r)
		}
	}()
	app := awscdk.NewApp(&awscdk.AppProps{
		Outdir:             new(outdir),
		AnalyticsReporting: new(false),
		TreeMetadata:       new(false),
		PostCliContext:     flags(),
	})
	if _, err := New(app, p); err != nil {
		return nil, err
	}
	for _, e := range p.Environments {
		if e.Elsewhere() {
			if err := newTarget(app, e); err != nil {
				return nil, err
			}
		}
	}
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: new(false)}), nil)
	assembly := app.Synth(nil)
	template, err = os.ReadFile(*assembly.GetStackByName(new(Name)).TemplateFullPath())
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return template, nil
}

// flags returns CDK's feature flags. They live here and not in cdk.json, which
// is read by CDK's command line only.
func flags() *map[string]any {
	return &map[string]any{
		"@aws-cdk/core:validateAgainstDefaultRules":   true,
		"@aws-cdk/core:annotationsInValidationReport": true,
		"@aws-cdk/core:explicitStackTags":             true,
		"@aws-cdk/aws-iam:minimizePolicies":           true,
		"aws:cdk:enable-path-metadata":                false,
		"aws:cdk:enable-asset-metadata":               false,
	}
}
