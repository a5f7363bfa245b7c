//go:build clients

package main

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"slipway/cmd/slipway/client"
)

// until is the script command "until PATTERN PROGRAM [ARGS]": it runs the program
// again and again until it succeeds and its output matches the pattern.
func until(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: until PATTERN PROGRAM [ARGS]")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), awaitTime)
	defer cancel()
	for {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if client.Wait(ctx, 50*time.Millisecond) != nil {
			ts.Fatalf("after %v the output still doesn't match %q (%v)", awaitTime, args[0], err)
		}
	}
}

// keep is the script command "keep NAME": the variable gets what the last command
// has printed, without the space around it.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: keep NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}
