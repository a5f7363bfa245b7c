package host_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"slipway/infra/local"
	"slipway/infra/local/host"
)

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

// configuration returns that of clients that ask once: what isn't acknowledged may
// have been done or not.
func (p process) configuration(caller string) aws.Config {
	c := p.reading(caller)
	c.RetryMaxAttempts = 1
	return c
}

// reading returns the configuration of clients that ask as often as the SDK does by
// itself.
func (p process) reading(caller string) aws.Config {
	return aws.Config{Region: local.Region, BaseEndpoint: &p.endpoint, Credentials: credentials.NewStaticCredentialsProvider(caller, "local", "")}
}

// patiently calls try until it says that it is done or ctx ends, and tells which.
func patiently(ctx context.Context, try func() bool) bool {
	for ctx.Err() == nil {
		if try() {
			return true
		}
	}
	return false
}
