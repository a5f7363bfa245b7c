package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/pflag"

	"slipway/cmd/slipway/client"
	"slipway/shared/pipeline"
)

// A connector returns a client of the API that the command line names.
type connector func(ctx context.Context) (*client.Client, error)

// addConnectionFlags adds the flags that name the API; its result follows them once
// they are parsed.
func addConnectionFlags(flags *pflag.FlagSet) connector {
	address := flags.String("api", "", "`address` of local mode's API, such as http://127.0.0.1:8080; by default SLIPWAY_API")
	stack := flags.String("stack", "Slipway", "`name` of the CloudFormation stack on AWS")
	return func(ctx context.Context) (*client.Client, error) {
		switch {
		case *address != "" && flags.Changed("stack"):
			return nil, fmt.Errorf("--api and --stack name two different APIs: give one of them: %w", pipeline.ErrInvalid)
		case *address != "":
			return connectLocally(*address)
		case !flags.Changed("stack") && os.Getenv("SLIPWAY_API") != "":
			return connectLocally(os.Getenv("SLIPWAY_API"))
		}
		return connectToStack(ctx, *stack)
	}
}

// localRegion is the Region of every local stack.
const localRegion = "us-east-1"

// connectLocally returns a client of local mode, which takes the access key id for
// the caller's name and verifies no signature.
func connectLocally(address string) (*client.Client, error) {
	c := client.Config{URL: address, Region: localRegion, Transport: http.DefaultTransport, Now: time.Now}
	if name := os.Getenv("AWS_ACCESS_KEY_ID"); name != "" {
		// The true secret has no business here.
		c.Credentials = credentials.NewStaticCredentialsProvider(name, "local", "")
	}
	return client.New(c)
}

// connectToStack returns a client of a stack on AWS.
func connectToStack(ctx context.Context, stack string) (*client.Client, error) {
	c, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("read AWS configuration: %w", err)
	}
	if c.Region == "" {
		return nil, fmt.Errorf("no AWS Region is set: set AWS_REGION, or name local mode's API with --api: %w", pipeline.ErrInvalid)
	}
	address, err := client.Locate(ctx, c, stack)
	if err != nil {
		return nil, err
	}
	return client.New(client.Config{URL: address, Region: c.Region, Credentials: aws.NewCredentialsCache(c.Credentials),
		Transport: http.DefaultTransport, Now: time.Now})
}
