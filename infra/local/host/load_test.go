package host_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/events"
	"slipway/infra/local"
	"slipway/shared/pipeline"
	"slipway/shared/table"
)

// A load is what people ask of a host, and what they have been promised.
type load struct {
	t        *testing.T
	projects []string        // whose file and package were acknowledged
	decided  map[string]bool // of them, those whose approval was acknowledged
	slots    []string        // acknowledged schedules
}

// project is a project file with approval in production.
func project(name string) []byte {
	return []byte(strings.ReplaceAll(`project: NAME
packages: { NAME: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles:
  default:
    - { phase: development, environments: [dev], deploy: automatic, soak: 1s }
    - { phase: live, environments: [production], deploy: automatic, approval: { approvers: [release-managers] } }
process:
  - { name: site, uses: s3-site, with: { package: NAME, bucket: storefront-site, prefix: "{project}/{environment}/" } }
`, "NAME", name))
}

func archive(t *testing.T, text string) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("index.html")
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// put tries to put an object and tells whether that was acknowledged.
func (p process) put(ctx context.Context, key string, body []byte) bool {
	client := s3.NewFromConfig(p.configuration("ci"), func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("slipway-packagesbucket"), Key: &key, Body: bytes.NewReader(body)})
	return err == nil
}

// push pushes a project and its package.
func (l *load) push(ctx context.Context, p process, name string) bool {
	acknowledged := p.put(ctx, "projects/"+name+"/slipway.yaml", project(name)) &&
		p.put(ctx, "packages/"+name+"/1.0.0/site.zip", archive(l.t, name))
	if acknowledged {
		l.projects = append(l.projects, name)
	}
	return acknowledged
}

// decide approves the deployment to production if it asks for that.
func (l *load) decide(ctx context.Context, p process, name string) bool {
	id := pipeline.DeploymentID{Project: name, Release: 1, Environment: "production", Attempt: 1}
	d, err := p.table().Deployment(ctx, id)
	if err != nil || d.Status != pipeline.StatusAwaitingApproval {
		return false
	}
	input, err := json.Marshal(events.ApprovalInput{Deployment: id.String(), Plan: d.Plan, Decision: string(pipeline.DecisionApprove)})
	if err != nil {
		l.t.Fatal(err)
	}
	_, err = sfn.NewFromConfig(p.configuration("manager1")).StartExecution(ctx, &sfn.StartExecutionInput{Name: aws.String("of-" + name), Input: aws.String(string(input)),
		StateMachineArn: aws.String("arn:aws:states:" + local.Region + ":" + local.Account + ":stateMachine:Approve-production")})
	l.decided[name] = l.decided[name] || err == nil
	return err == nil
}

// schedule asks for one message to the queue of slots, at the second after next.
func (l *load) schedule(ctx context.Context, p process, name string) {
	body := fmt.Sprintf(`{"ScheduleExpression":"at(%s)","FlexibleTimeWindow":{"Mode":"OFF"},"Target":{"Arn":"arn:aws:sqs:%s:%s:slots",
		"RoleArn":"arn:aws:iam::%s:role/r","Input":"%s"}}`, time.Now().UTC().Add(2*time.Second).Format("2006-01-02T15:04:05"), local.Region, local.Account, local.Account, name)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.endpoint+"/schedules/"+name, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=ci/20261122/"+local.Region+"/scheduler/aws4_request")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		l.t.Fatalf("schedule %s: %s %s", name, answer.Status, text)
	}
	l.slots = append(l.slots, name)
}

// table returns the stack's table.
func (p process) table() *table.Table {
	return table.Open(dynamodb.NewFromConfig(p.reading("auditor")), "Slipway-Table", time.Now)
}

// history returns the types of all events of a project, in order, once it is in
// production.
func (l *load) history(ctx context.Context, p process, name string) (types []string) {
	l.t.Helper()
	id := pipeline.DeploymentID{Project: name, Release: 1, Environment: "production", Attempt: 1}
	patiently(ctx, func() bool {
		d, err := p.table().Deployment(ctx, id)
		return err == nil && d.Status == pipeline.StatusSucceeded
	})
	entries, err := p.table().Audit(ctx, pipeline.ProjectChain(name), 0, 100)
	if err != nil {
		l.t.Fatalf("%s: %v", name, err)
	}
	for _, a := range entries {
		types = append(types, a.Type)
	}
	return types
}

// site returns what is in production.
func (p process) site(ctx context.Context, name string) (string, error) {
	client := s3.NewFromConfig(p.reading("auditor"), func(o *s3.Options) { o.UsePathStyle = true })
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("storefront-site"), Key: aws.String(name + "/production/index.html")})
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	return string(text), err
}
