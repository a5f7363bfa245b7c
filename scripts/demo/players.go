package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/cmd/slipway/client"
	"slipway/events"
	"slipway/infra/local"
	"slipway/infra/local/host"
)

// players are the people and machines who use Slipway. They reach it as anybody
// does, over the network and with the clients of AWS and of Slipway.
type players struct {
	endpoint, web string
	bucket        string // of packages and project files
	ci            *s3.Client
	engineer      *cloudwatch.Client
	manager       *sfn.Client
	operator      *client.Client
}

func newPlayers(h *host.Host) (players, error) {
	as := func(name string) aws.Config {
		return aws.Config{Region: local.Region, BaseEndpoint: &h.Endpoint, Credentials: credentials.NewStaticCredentialsProvider(name, "local", "")}
	}
	operator, err := client.New(client.Config{URL: h.Web, Region: local.Region, Credentials: as("operator1").Credentials,
		Transport: http.DefaultTransport, Now: time.Now})
	return players{endpoint: h.Endpoint, web: h.Web, bucket: h.Outputs()["PackagesBucket"],
		ci:       s3.NewFromConfig(as("ci"), func(o *s3.Options) { o.UsePathStyle = true }),
		engineer: cloudwatch.NewFromConfig(as("engineer1")),
		manager:  sfn.NewFromConfig(as("manager1")),
		operator: operator}, err
}

// The project of the demonstration, and the bucket of its site.
const (
	project = "storefront"
	site    = "storefront-site"
)

func (p players) put(ctx context.Context, bucket, key string, body []byte, metadata map[string]string) error {
	_, err := p.ci.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body), Metadata: metadata})
	if err != nil {
		return fmt.Errorf("push %s: %w", key, err)
	}
	return nil
}

// defaultEndpoint is the AWS endpoint that the project file has for its site.
const defaultEndpoint = "http://127.0.0.1:4566"

// apply pushes the project file, with the address that the site has here.
func (p players) apply(ctx context.Context) error {
	source, err := files.ReadFile("slipway.yaml")
	if err != nil {
		return err
	}
	source = bytes.ReplaceAll(source, []byte(defaultEndpoint), []byte(p.endpoint))
	return p.put(ctx, p.bucket, "projects/"+project+"/slipway.yaml", source, nil)
}

// approve does what the event that asks for approval says.
func (p players) approve(ctx context.Context, asked events.DeploymentAwaitingApproval) error {
	decision := asked.Start.Input
	decision.Note = "go"
	input, err := json.Marshal(decision)
	if err == nil {
		_, err = p.manager.StartExecution(ctx, &sfn.StartExecutionInput{
			StateMachineArn: &asked.Start.StateMachine, Input: new(string(input))})
	}
	if err != nil {
		return fmt.Errorf("approve %s: %w", asked.Deployment.Deployment, err)
	}
	return nil
}
