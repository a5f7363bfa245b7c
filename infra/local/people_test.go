package local_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/events"
	"slipway/functions/api"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

// The people of the platform file.
const (
	ci        = "ci"
	developer = "developer1"
	manager   = "manager1"
	manager2  = "manager2"
	stranger  = "mallory"
)

func (w *world) s3(as string) *s3.Client {
	return s3.NewFromConfig(w.stack.Configuration(as), func(o *s3.Options) { o.UsePathStyle = true })
}

func (w *world) put(key string, body []byte, metadata map[string]string) {
	w.t.Helper()
	_, err := w.s3(ci).PutObject(context.Background(), &s3.PutObjectInput{Bucket: aws.String(w.stack.Outputs()["PackagesBucket"]),
		Key: &key, Body: bytes.NewReader(body), Metadata: metadata})
	if err != nil {
		w.t.Fatal(err)
	}
}

// apply pushes a project file.
func (w *world) apply(project, source string) {
	w.t.Helper()
	w.put("projects/"+project+"/slipway.yaml", []byte(source), nil)
}

// push pushes a version of a package, which developer1 has written.
func (w *world) push(name, version string, files map[string]string) {
	w.t.Helper()
	w.put("packages/"+name+"/"+version+"/"+name+".zip", pack(w.t, files), map[string]string{"author": developer, "commit": "3f1c2a9"})
}

// pack returns files as a zip archive; the same files give the same bytes.
func pack(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &zip.FileHeader{Name: name, Method: zip.Deflate}
		header.SetMode(0o755)
		file, err := archive.CreateHeader(header)
		if err == nil {
			_, err = io.WriteString(file, files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// objects returns the objects of a bucket under prefix, by key without it.
func (w *world) objects(bucket, prefix string) map[string]string {
	w.t.Helper()
	all, store := map[string]string{}, objects.New(w.s3("auditor"))
	for entry, err := range store.List(context.Background(), bucket, prefix) {
		if err != nil {
			w.t.Fatal(err)
		}
		body, err := store.Read(context.Background(), objects.Location{Bucket: bucket, Key: entry.Key})
		if err != nil {
			w.t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			w.t.Fatal(err)
		}
		all[strings.TrimPrefix(entry.Key, prefix)] = string(text)
	}
	return all
}

// ask sends a request to the API in the name of as ("" for nobody), decodes the
// answer into out unless that is nil, and returns the status.
func (w *world) ask(as, method, path string, in, out any) int {
	w.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	if as != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+as+"/20261122/us-east-1/lambda/aws4_request, Signature=0")
	}
	answer := httptest.NewRecorder()
	w.stack.API().ServeHTTP(answer, r)
	if out != nil {
		if err := json.Unmarshal(answer.Body.Bytes(), out); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, answer.Body)
		}
	}
	return answer.Code
}

// read asks the API for what must be there.
func read[Answer any](w *world, path string) (answer Answer) {
	w.t.Helper()
	if status := w.ask("", http.MethodGet, path, nil, &answer); status != http.StatusOK {
		w.t.Fatalf("GET %s: status %d", path, status)
	}
	return answer
}

// deployments returns all deployments of a project as the API tells them, those
// requested first first.
func (w *world) deployments(project string) []api.Deployment {
	w.t.Helper()
	var all []api.Deployment
	for cursor := ""; ; {
		page := read[api.DeploymentList](w, "/projects/"+project+"/deployments?limit=100"+cursor)
		all = append(all, page.Deployments...)
		if page.Cursor == "" {
			slices.Reverse(all)
			return all
		}
		cursor = "&cursor=" + page.Cursor
	}
}

// deployment returns a deployment as the API tells it.
func (w *world) deployment(id string) api.Deployment {
	w.t.Helper()
	return read[api.Deployment](w, "/deployments/"+id)
}

// promote asks the API for a deployment and returns the status of the answer.
func (w *world) promote(as, project, release, environment string) int {
	w.t.Helper()
	return w.ask(as, http.MethodPost, "/projects/"+project+"/deployments",
		map[string]string{"release": release, "environment": environment}, nil)
}

// decide starts the Approve state machine of an environment as an approver does
// in the console, and returns the execution's ARN.
func (w *world) decide(as, environment string, decision events.ApprovalInput) string {
	w.t.Helper()
	input, err := json.Marshal(decision)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.startApproval(as, environment, string(input))
}

// startApproval starts the Approve state machine of an environment with an input
// and returns the execution's ARN.
func (w *world) startApproval(as, environment, input string) string {
	w.t.Helper()
	machine := strings.Replace(w.stack.Outputs()["ApproveProductionStateMachine"], "production", environment, 1)
	out, err := sfn.NewFromConfig(w.stack.Configuration(as)).StartExecution(context.Background(),
		&sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.ExecutionArn
}

// approve approves the plan that d waits with.
func (w *world) approve(as string, d api.Deployment) string {
	w.t.Helper()
	return w.decide(as, d.Environment, events.ApprovalInput{Deployment: d.ID, Plan: d.Plan, Decision: pipeline.DecisionApprove, Note: "go"})
}

// approveAll has manager1 approve every deployment of the projects that waits for
// it, and tells whether there was one.
func (w *world) approveAll(projects ...string) (any bool) {
	w.t.Helper()
	for _, project := range projects {
		for _, d := range w.deployments(project) {
			if d.Status == string(pipeline.StatusAwaitingApproval) {
				w.approve(manager, d)
				any = true
			}
		}
	}
	return any
}

// execution describes an execution of a state machine.
func (w *world) execution(arn string) *sfn.DescribeExecutionOutput {
	w.t.Helper()
	out, err := sfn.NewFromConfig(w.stack.Configuration("auditor")).DescribeExecution(context.Background(),
		&sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// deployExecution describes the execution of a deployment.
func (w *world) deployExecution(deployment string) *sfn.DescribeExecutionOutput {
	w.t.Helper()
	return w.execution(w.deployARN(deployment))
}

func (w *world) deployARN(deployment string) string {
	return strings.Replace(w.stack.Outputs()["DeployStateMachine"], ":stateMachine:", ":execution:", 1) + ":" + deployment
}

// stop stops the execution of a deployment, as an operator does in the console.
func (w *world) stop(deployment string) {
	w.t.Helper()
	_, err := sfn.NewFromConfig(w.stack.Configuration(manager)).StopExecution(context.Background(),
		&sfn.StopExecutionInput{ExecutionArn: aws.String(w.deployARN(deployment))})
	if err != nil {
		w.t.Fatal(err)
	}
}

// statuses returns "<deployment> <status>" of every deployment of a project, in
// the order of their requests.
func (w *world) statuses(project string) []string {
	w.t.Helper()
	var all []string
	for _, d := range w.deployments(project) {
		all = append(all, fmt.Sprintf("%s %s", d.ID, d.Status))
	}
	return all
}

// travel sends version 1.0.0 of a project to the end of its lifecycle. A manager
// looks twice a day whether there is something to approve.
func (w *world) travel(p projectFile) {
	w.t.Helper()
	w.apply(p.name, p.String())
	w.push(p.name, "1.0.0", site("1.0.0"))
	w.settle(p.name)
}

// settle lets time run, with the approvals that are asked for, until nothing more
// is to be approved.
func (w *world) settle(projects ...string) {
	w.t.Helper()
	const patience = 40 // half days
	w.run(12 * time.Hour)
	for range patience {
		asked := w.approveAll(projects...)
		w.run(12 * time.Hour)
		if !asked {
			return
		}
	}
	w.t.Errorf("after %d half days there is still something to approve", patience)
}
