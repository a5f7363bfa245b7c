package main

import (
	"flag"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the golden files")

// TestMain lets scripts run the command: the test's own binary, under its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"slipway": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: startStack,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"as":    actAs,
			"exits": exits,
			"await": await,
			"value": value,
			"keys":  keys,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
	})
}
