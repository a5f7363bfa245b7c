package step

import (
	"bytes"
	"context"
	_ "embed" // the schema
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"slipway/events"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
)

//go:embed schemas/script.json
var scriptSchema string

// DefaultShell is the interpreter of scripts that name none.
const DefaultShell = "bash"

// MaxScript is the longest script text, in bytes.
const MaxScript = 64 << 10

// script runs a script on a machine of its own. Start stores the job and starts a
// build; the build's machine runs the job (package script of this module), stores
// the [Result], and the build's completion event leads to [Runner.ReadResult].
type script struct{}

// Builds starts the machines that run jobs; [CodeBuild] is one.
type Builds interface {
	// Start starts a build for the job and returns its id. Repeating it soon with the
	// same token starts no other. It returns [pipeline.ErrNotFound] when there is no such
	// network.
	Start(ctx context.Context, r BuildRequest) (id string, err error)
	// Stop stops a build that goes on.
	Stop(ctx context.Context, id string) error
}

// A BuildRequest asks for a machine that runs one job.
type BuildRequest struct {
	JobKey           string // of the job in the work bucket; see [JobKey]
	IdempotencyToken string // at most 64 letters and digits
	Timeout          time.Duration
	Machine          Machine
	Network          string // in which the machine is to be, by name; "" for outside of any VPC
}

// scriptParameters are the parameters of [script].
type scriptParameters struct {
	Shell   string `json:"shell"`
	Run     string `json:"run"`
	Package string `json:"package"`
	Network string `json:"network"` // "" for none
	Machine
}

// Name implements [Kind].
func (script) Name() string { return "script" }

// Schema implements [Kind].
func (script) Schema() []byte { return []byte(scriptSchema) }

// References implements [Kind]. A script has no templates: values reach it as
// environment variables and are never spliced into its text.
func (script) References(with json.RawMessage) (References, error) {
	p, problem := parseScript(with)
	if problem != nil {
		return References{}, problem
	}
	var refs References
	if p.Package != "" {
		refs.Packages = []string{p.Package}
	}
	if p.Network != "" {
		refs.Networks = []string{p.Network}
	}
	return refs, nil
}

// shellName is a program to be looked up on the PATH, or an absolute path.
var shellName = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._+-]*|/[ -~]*[!-.0-~])$`)

func parseScript(with json.RawMessage) (scriptParameters, *Problem) {
	p := scriptParameters{Shell: DefaultShell}
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	if problem := p.Machine.check(); problem != nil {
		return p, problem
	}
	switch {
	case len(p.Shell) > 255 || !shellName.MatchString(p.Shell):
		return p, &Problem{"shell", fmt.Sprintf("%q is not an interpreter", p.Shell), "name a program such as bash or python3, or its absolute path"}
	case strings.TrimSpace(p.Run) == "":
		return p, &Problem{"run", "is missing", "write the script, or ./ and a file of the package"}
	case p.Network != "" && pipeline.CheckName("network", p.Network) != nil:
		return p, &Problem{"network", fmt.Sprintf("%.100q is not the name of a network", p.Network), "name one of the platform file, such as orders"}
	case len(p.Run) > MaxScript:
		return p, &Problem{"run", fmt.Sprintf("has %d bytes", len(p.Run)), fmt.Sprintf("keep it within %d, or put the script into a package", MaxScript)}
	}
	return p, nil
}

// Start implements [Kind]: the outcome is not done, as the build goes on elsewhere.
// Repeating it writes the same job again; should a second build start all the same,
// it finds the job claimed and does nothing. The log is the machine's to write.
func (script) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseScript(w.With)
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	job, err := newJob(p, w)
	if err != nil {
		return Outcome{}, err
	}
	if job.Images, err = imageVariables(ctx, d.Images, w.Packages); err != nil {
		return Outcome{}, err
	}
	text, err := json.Marshal(job)
	if err != nil {
		return Outcome{}, fmt.Errorf("encode job of step %s: %w", w.Step, err)
	}
	key := JobKey(w.Execution, w.Step, w.Attempt)
	if err := d.Objects.Put(ctx, d.WorkBucket, key, bytes.NewReader(text), objects.Options{ContentType: "application/json"}); err != nil {
		return Outcome{}, fmt.Errorf("store job %s: %w", key, err)
	}
	build, err := d.Builds.Start(ctx, BuildRequest{JobKey: key, IdempotencyToken: job.token(), Timeout: w.Timeout, Machine: p.Machine, Network: p.Network})
	switch {
	case errors.Is(err, pipeline.ErrNotFound):
		return Outcome{}, permanent("NoSuchNetwork", "network %s is not in the platform file; add it there and deploy the stack, or name another in the project file", p.Network)
	case err != nil:
		return Outcome{}, fmt.Errorf("start build for job %s: %w", key, err)
	}
	return Outcome{Work: build}, nil
}

// Works implements [Remote]. A build tells its job by itself, and its end is read by
// [Runner.ReadResult]: it needs no record, which a second build of the job would not have.
func (script) Works(events.Raw) []string { return nil }

// Check implements [Remote]; see Works.
func (script) Check(context.Context, Dependencies, Work, string) (Outcome, error) {
	return Outcome{}, nil
}

// Cancel implements [Remote].
func (script) Cancel(ctx context.Context, d Dependencies, _ Work, build string) error {
	return d.Builds.Stop(ctx, build)
}
