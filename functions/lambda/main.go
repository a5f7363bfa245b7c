// The one Lambda binary. Lambda's handler setting says which function of the
// catalog it is; CodeBuild runs it with the argument "script" to run a step's
// script.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"slipway/functions"
	"slipway/shared/cloud"
	"slipway/shared/objects"
	"slipway/shared/script"
	"slipway/shared/step"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "slipway:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	cloud.LogJSON()
	if len(arguments) == 1 && arguments[0] == "script" {
		return runScript(ctx)
	}
	return serve(ctx, os.Getenv("_HANDLER"))
}

// serve answers the invocations of one function until Lambda ends the process.
func serve(ctx context.Context, name string) error {
	f, ok := functions.Lookup(name)
	if !ok {
		return fmt.Errorf("function %q does not exist: the handler setting names one of the catalog", name)
	}
	config, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	handler, err := f.New(functions.Installation{AWS: config, Getenv: os.Getenv, Now: time.Now})
	if err != nil {
		return err
	}
	lambda.StartWithOptions(handler, lambda.WithContext(ctx))
	return nil
}

// runScript runs the job that the build's environment names.
func runScript(ctx context.Context) error {
	config, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	return script.Run(ctx, script.Config{
		Objects:    objects.New(s3.NewFromConfig(config)),
		WorkBucket: os.Getenv("WORK_BUCKET"),
		Path:       os.Getenv("PATH"),
		Now:        time.Now,
	}, os.Getenv(step.JobVariable))
}
