// Command infra is the CDK app: it synthesizes the Slipway stack, and a stack for each
// environment in another account or Region, which is deployed there.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/aws/jsii-runtime-go"

	"slipway/infra/stack"
	"slipway/infra/template"
	"slipway/shared/platform"
)

func main() {
	os.Exit(run())
}

func run() int {
	platformFile := flag.String("platform", "infra/platform.yaml", "platform `FILE` to synthesize for")
	golden := flag.Bool("golden", false, "also write the normalised template to "+goldenFile)
	flag.Parse()
	defer jsii.Close()
	if err := synthesize(*platformFile, outdir(), *golden); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// goldenFile is where the template lies that local mode runs and tests compare with.
const goldenFile = "infra/template/slipway.template.json"

// outdir is the folder that CDK's command line asks for, or its default.
func outdir() string {
	if dir := os.Getenv("CDK_OUTDIR"); dir != "" {
		return dir
	}
	return "cdk.out"
}

func synthesize(platformFile, outdir string, golden bool) error {
	source, err := os.ReadFile(platformFile)
	if err != nil {
		return fmt.Errorf("read platform file: %w", err)
	}
	p, err := platform.Parse(source)
	if err != nil {
		return fmt.Errorf("%s: %w", platformFile, err)
	}
	synthesized, err := stack.Synthesize(p, outdir)
	if err != nil || !golden {
		return err
	}
	normalised, err := template.Normalise(synthesized)
	if err != nil {
		return err
	}
	return os.WriteFile(goldenFile, normalised, 0o644)
}
