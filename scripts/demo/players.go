package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/events"
	"slipway/infra/local"
	"slipway/infra/local/host"
)

// players are the people and machines who use Slipway. They reach it as anybody
// does, over the network and with AWS's clients.
type players struct {
	endpoint, web string
	bucket        string // of packages and project files
	ci            *s3.Client
	manager       *sfn.Client
}

func newPlayers(h *host.Host) players {
	as := func(name string) aws.Config {
		return aws.Config{Region: local.Region, BaseEndpoint: &h.Endpoint, Credentials: credentials.NewStaticCredentialsProvider(name, "local", "")}
	}
	return players{endpoint: h.Endpoint, web: h.Web, bucket: h.Outputs()["PackagesBucket"],
		ci:      s3.NewFromConfig(as("ci"), func(o *s3.Options) { o.UsePathStyle = true }),
		manager: sfn.NewFromConfig(as("manager1"))}
}

func (p players) put(ctx context.Context, key string, body []byte, metadata map[string]string) error {
	_, err := p.ci.PutObject(ctx, &s3.PutObjectInput{Bucket: &p.bucket, Key: &key, Body: bytes.NewReader(body), Metadata: metadata})
	if err != nil {
		return fmt.Errorf("push %s: %w", key, err)
	}
	return nil
}

// apply pushes the project file.
func (p players) apply(ctx context.Context) error {
	source, err := files.ReadFile("slipway.yaml")
	if err != nil {
		return err
	}
	return p.put(ctx, "projects/storefront/slipway.yaml", source, nil)
}

// push packs the site as the given version and pushes it.
func (p players) push(ctx context.Context, version string) error {
	archive, err := pack(version)
	if err != nil {
		return fmt.Errorf("pack version %s: %w", version, err)
	}
	return p.put(ctx, "packages/web/"+version+"/web.zip", archive, map[string]string{
		"commit": "3f1c2a9", "branch": "main", "author": "developer1"})
}

// pack returns the site as a zip archive, with its version in version.json. The
// same version gives the same bytes.
func pack(version string) ([]byte, error) {
	site, err := fs.Sub(files, "site")
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	if err := archive.AddFS(site); err != nil {
		return nil, err
	}
	w, err := archive.Create("version.json")
	if err == nil {
		err = json.NewEncoder(w).Encode(map[string]string{"version": version})
	}
	if err == nil {
		err = archive.Close()
	}
	return packed.Bytes(), err
}

// approve does what the event that asks for approval says.
func (p players) approve(ctx context.Context, asked events.DeploymentAwaitingApproval) error {
	decision := asked.Start.Input
	decision.Note = "go"
	input, err := json.Marshal(decision)
	if err == nil {
		_, err = p.manager.StartExecution(ctx, &sfn.StartExecutionInput{
			StateMachineArn: &asked.Start.StateMachine, Input: aws.String(string(input))})
	}
	if err != nil {
		return fmt.Errorf("approve %s: %w", asked.Deployment.Deployment, err)
	}
	return nil
}
