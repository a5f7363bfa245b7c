//go:build clients

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// wrapper is an aws command that gives the real one its endpoint where that would
// not take it from AWS_ENDPOINT_URL. The first verb is a shell pattern of services.
const wrapper = `#!/bin/sh
case $1 in
%s) exec %q --endpoint-url "$AWS_ENDPOINT_URL" "$@" ;;
esac
exec %[2]q "$@"
`

// ignores returns the pattern of the services for which the command ignores
// AWS_ENDPOINT_URL, or "" when it does for none: versions before 1.29 and 2.13 don't
// know the variable, per "Service-specific endpoints" in the AWS SDKs and Tools
// Reference Guide, and version 1 has an endpoint of its own for SQS.
func (c awsCommand) ignores() string {
	switch {
	case c.major == 1 && c.minor < 29, c.major == 2 && c.minor < 13:
		return "*"
	case c.major == 1:
		return "sqs"
	default:
		return ""
	}
}

// addEndpoint puts the wrapper first on the script's PATH if the command needs it.
func (c awsCommand) addEndpoint(env *testscript.Env) error {
	services := c.ignores()
	if services == "" {
		return nil
	}
	folder := filepath.Join(env.WorkDir, ".bin")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	text := fmt.Sprintf(wrapper, services, c.path)
	env.Setenv("PATH", folder+string(filepath.ListSeparator)+env.Getenv("PATH"))
	return os.WriteFile(filepath.Join(folder, "aws"), []byte(text), 0o755)
}
