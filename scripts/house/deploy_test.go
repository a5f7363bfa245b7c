package house_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// An empty argument is what make deploy passes on when CODE_BUCKET is not set.
func TestDeployRefusesToStartWithoutACodeBucket(t *testing.T) {
	for _, arguments := range [][]string{nil, {""}, {"--verbose"}} {
		command := exec.Command(root+"/scripts/deploy", arguments...)
		output, err := command.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.HasPrefix(string(output), "usage: ") {
			t.Errorf("scripts/deploy %q: %v, %s, want the usage and exit code 2", arguments, err, output)
		}
	}
}
