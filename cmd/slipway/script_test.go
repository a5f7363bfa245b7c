package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"slipway/cmd/slipway/client"
	"slipway/infra/local/host"
	"slipway/shared/pipeline"
)

// startStack starts a local stack of its own for a script.
func startStack(env *testscript.Env) error {
	report := func(err error) { env.T().Log("local mode: ", err) }
	h, err := host.Start(host.Config{Data: filepath.Join(env.WorkDir, ".stack"), Memory: true,
		Listen: "127.0.0.1:0", Web: "127.0.0.1:0", Path: os.Getenv("PATH"), Report: report})
	if err != nil {
		return err
	}
	env.Defer(func() {
		if err := h.Close(context.Background()); err != nil {
			report(err)
		}
	})
	env.Setenv("SLIPWAY_API", h.Web)
	env.Setenv("AWS_ENDPOINT", h.Endpoint)
	env.Setenv("TZ", "UTC")
	return nil
}

// actAs is the script command "as NAME": the commands after it are signed by NAME.
func actAs(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: as NAME")
	}
	ts.Setenv("AWS_ACCESS_KEY_ID", args[0])
}

// exits is the script command "exits CODE PROGRAM [ARGS]", an exec that must end with CODE.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGS]")
	}
	code := 0
	if failure := (*exec.ExitError)(nil); errors.As(ts.Exec(args[1], args[2:]...), &failure) {
		code = failure.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// awaitTime is how long a deployment or a run may take to reach a status.
const awaitTime = 2 * time.Minute

// await is the script command "await DEPLOYMENT|RUN STATUS"; the status "asking" is that
// of one whose step asks for approval.
func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: await DEPLOYMENT|RUN STATUS")
	}
	id, err := pipeline.ParseExecutionID(args[0])
	ts.Check(err)
	c, err := client.New(client.Config{URL: ts.Getenv("SLIPWAY_API"), Transport: http.DefaultTransport, Now: time.Now})
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), awaitTime)
	defer cancel()
	for status := "unknown"; status != args[1]; {
		d, err := c.Execution(ctx, id)
		if err != nil && !errors.Is(err, pipeline.ErrNotFound) {
			ts.Fatalf("%s is %s: %v", args[0], status, err)
		}
		if err == nil {
			status = d.Status
		}
		if args[1] == "asking" && slices.ContainsFunc(d.Steps, asks) {
			return
		}
		if status != args[1] && pipeline.Status(status).Terminal() && status != "unknown" {
			ts.Fatalf("%s is %s: %s", args[0], status, d.Reason)
		}
		if err := client.Wait(ctx, 20*time.Millisecond); err != nil {
			ts.Fatalf("%s is %s: %v", args[0], status, err)
		}
	}
}

// value is the script command "value PATH WANT": the JSON that the last command
// printed has WANT, text or JSON, at PATH.
func value(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: value PATH WANT")
	}
	got := at(ts, args[0])
	text, isText := got.(string)
	if !isText {
		encoded, err := json.Marshal(got)
		ts.Check(err)
		text = string(encoded)
	}
	if text != args[1] {
		ts.Fatalf("%s is %s, want %s", args[0], text, args[1])
	}
}

// keys is the script command "keys PATH NAME…": the object there has these members
// and no others.
func keys(ts *testscript.TestScript, _ bool, args []string) {
	object, ok := at(ts, args[0]).(map[string]any)
	got := slices.Sorted(maps.Keys(object))
	if want := slices.Sorted(slices.Values(args[1:])); !ok || !slices.Equal(got, want) {
		ts.Fatalf("%s has %q, want %q", args[0], got, want)
	}
}

// at returns what stands at path, such as "environments.0.status" or "." for all,
// in the JSON that the last command printed.
func at(ts *testscript.TestScript, path string) any {
	var here any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &here))
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' }) {
		switch node := here.(type) {
		case map[string]any:
			member, ok := node[name]
			if !ok {
				ts.Fatalf("%s: there is no %q", path, name)
			}
			here = member
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(node) {
				ts.Fatalf("%s: there is no %q in %d elements", path, name, len(node))
			}
			here = node[i]
		default:
			ts.Fatalf("%s: there is nothing below %v", path, node)
		}
	}
	return here
}
