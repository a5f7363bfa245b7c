package host_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"slipway/infra/local"
	"slipway/infra/local/host"
	"slipway/shared/pipeline"
	"slipway/shared/table"
)

var kills = flag.Int("kills", 12, "how often TestNothingIsLostOrDoneTwiceWhenTheProcessIsKilled kills the process")

// hostFolder is the variable that makes this test binary a host on that folder.
const hostFolder = "SLIPWAY_TEST_HOST_FOLDER"

func TestMain(m *testing.M) {
	folder := os.Getenv(hostFolder)
	if folder == "" {
		os.Exit(m.Run())
	}
	h, err := host.Start(host.Config{Data: folder, Listen: "127.0.0.1:0", Web: "127.0.0.1:0", Path: os.Getenv("PATH"),
		Report: func(err error) { fmt.Fprintln(os.Stderr, "host:", err) }})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(h.Endpoint)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has gone
}

// A process is a host of its own, which can be killed.
type process struct {
	command  *exec.Cmd
	endpoint string
}

func startProcess(t *testing.T, folder string) process {
	t.Helper()
	p := process{command: exec.Command(os.Args[0])}
	p.command.Env = append(os.Environ(), hostFolder+"="+folder)
	p.command.Stderr = os.Stderr
	stdin, err := p.command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close() })
	out, err := p.command.StdoutPipe()
	if err == nil {
		err = p.command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the host did not start: %v", err)
	}
	p.endpoint = strings.TrimSpace(line)
	return p
}

func (p process) kill(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var exited *exec.ExitError
	if err := p.command.Wait(); !errors.As(err, &exited) {
		t.Fatalf("a killed host ends with %v", err)
	}
}

func (p process) configuration() aws.Config {
	return aws.Config{Region: local.Region, BaseEndpoint: &p.endpoint, Credentials: credentials.NewStaticCredentialsProvider("ci", "local", "")}
}

// push tries to put the object and tells whether that was acknowledged.
func (p process) push(ctx context.Context, key string, body []byte) bool {
	client := s3.NewFromConfig(p.configuration(), func(o *s3.Options) { o.UsePathStyle, o.RetryMaxAttempts = true, 1 })
	_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("slipway-packagesbucket"), Key: &key, Body: bytes.NewReader(body)})
	return err == nil
}

func project(name string) []byte {
	return []byte(strings.ReplaceAll(`project: NAME
packages: { NAME: { feed: s3 } }
channels: [ { name: stable, lifecycle: default } ]
lifecycles:
  default:
    - { phase: development, environments: [dev], deploy: automatic, soak: 1s }
    - { phase: live, environments: [production], deploy: automatic }
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

// TestNothingIsLostOrDoneTwiceWhenTheProcessIsKilled pushes projects and packages
// while the process is killed at random moments. Whatever was acknowledged arrives
// in production, with the audit log of an undisturbed run.
func TestNothingIsLostOrDoneTwiceWhenTheProcessIsKilled(t *testing.T) {
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	var acknowledged []string
	for i := range *kills {
		p := startProcess(t, folder)
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(random.IntN(400))*time.Millisecond)
		name := fmt.Sprintf("shop%d", i)
		if p.push(ctx, "projects/"+name+"/slipway.yaml", project(name)) && p.push(ctx, "packages/"+name+"/1.0.0/site.zip", archive(t, name)) {
			acknowledged = append(acknowledged, name)
		}
		<-ctx.Done() // the moment of the kill
		cancel()
		p.kill(t)
	}
	t.Logf("%d of %d pushes were acknowledged", len(acknowledged), *kills)
	p := startProcess(t, folder)
	defer p.kill(t)
	want := history(t, p, nil, "")
	for _, name := range acknowledged {
		if got := history(t, p, want, name); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, queue := range []string{"UndeliveredEvents", "FailedEvents", "UnpublishedEvents"} {
		out, err := sqs.NewFromConfig(p.configuration()).ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{
			QueueUrl: aws.String(p.endpoint + "/" + local.Account + "/Slipway-" + queue)})
		if err != nil || len(out.Messages) > 0 {
			t.Errorf("%s holds %+v (%v)", queue, out, err)
		}
	}
}

// history returns the types of all events of a project, in order, once there are
// as many as wanted; for no project, those of one that is pushed undisturbed.
func history(t *testing.T, p process, want []string, name string) []string {
	t.Helper()
	length := len(want)
	if name == "" {
		name, length = "undisturbed", 12
		if !p.push(context.Background(), "projects/undisturbed/slipway.yaml", project(name)) ||
			!p.push(context.Background(), "packages/undisturbed/1.0.0/site.zip", archive(t, name)) {
			t.Fatal("the undisturbed push was not acknowledged")
		}
	}
	records := table.Open(dynamodb.NewFromConfig(p.configuration()), "Slipway-Table", time.Now)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		entries, err := records.Audit(ctx, pipeline.ProjectChain(name), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) < length && ctx.Err() == nil {
			continue
		}
		var types []string
		for _, a := range entries {
			types = append(types, a.Type)
		}
		return types
	}
}
