//go:build clients

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestClients drives local mode with the clients that people use: the aws command
// that comes first on PATH, skopeo, zip, curl and jq. scripts/clients/run calls it.
func TestClients(t *testing.T) {
	aws := findAWS(t)
	t.Log(aws.version)
	testscript.Run(t, testscript.Params{
		Dir:   clientScripts,
		Setup: aws.setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"as":        actAs,
			"await":     await,
			"start":     startLocal,
			"interrupt": interruptLocal,
			"crash":     crashLocal,
			"until":     until,
			"keep":      keep,
		},
		Condition: func(name string) (bool, error) {
			if name == "aws1" || name == "aws2" {
				return name == fmt.Sprintf("aws%d", aws.major), nil
			}
			return false, fmt.Errorf("unknown condition %q: want aws1 or aws2", name)
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// An awsCommand is the aws command that the scripts run.
type awsCommand struct {
	path         string
	version      string // as it tells it, such as "aws-cli/2.9.19 Python/3.11.2 …"
	major, minor int
}

var awsVersion = regexp.MustCompile(`^aws-cli/(\d+)\.(\d+)\.`)

func findAWS(t *testing.T) awsCommand {
	t.Helper()
	path, err := exec.LookPath("aws")
	if err != nil {
		t.Fatalf("the aws command is not on PATH: %v; scripts/clients/run tells what to install", err)
	}
	out, err := exec.Command(path, "--version").CombinedOutput()
	if err != nil {
		t.Fatalf("%s --version: %v\n%s", path, err, out)
	}
	c := awsCommand{path: path, version: strings.TrimSpace(string(out))}
	if _, err := fmt.Sscanf(awsVersion.FindString(c.version), "aws-cli/%d.%d.", &c.major, &c.minor); err != nil {
		t.Fatalf("%s --version prints %q, which tells no version", path, out)
	}
	return c
}

// setup gives a script an environment in which the aws command can reach nothing
// but local mode, and the files of the demonstration where README.md has them.
func (c awsCommand) setup(env *testscript.Env) error {
	local := &localProcess{listen: "127.0.0.1:0", web: "127.0.0.1:0"}
	env.Values[localKey{}] = local
	env.Defer(local.kill)
	for name, value := range map[string]string{
		"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "ci", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
		"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1", // nobody listens there
		"HOME": env.WorkDir, "TZ": "UTC", "LC_ALL": "C.UTF-8",
	} {
		env.Setenv(name, value)
	}
	demo, err := filepath.Abs("../../scripts")
	if err == nil {
		err = os.Symlink(demo, filepath.Join(env.WorkDir, "scripts"))
	}
	if err == nil {
		err = c.addEndpoint(env)
	}
	return err
}
