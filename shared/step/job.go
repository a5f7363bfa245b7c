package step

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"slipway/shared/pipeline"
)

// A Job is all that the machine that runs a script is told, stored under [JobKey].
type Job struct {
	Execution   string     `json:"execution"` // the deployment's or the run's id
	Project     string     `json:"project"`
	Release     string     `json:"release,omitempty"` // "" in a run
	Runbook     string     `json:"runbook,omitempty"` // "" in a deployment
	Environment string     `json:"environment"`
	Step        string     `json:"step"`
	Attempt     int        `json:"attempt"`
	Shell       string     `json:"shell"`
	Run         string     `json:"run"`
	PackageName string     `json:"packageName,omitempty"` // "" when the script needs no package
	Package     *Artifact  `json:"package,omitempty"`
	Variables   []Variable `json:"variables"`
	Images      []Variable `json:"images,omitempty"` // addresses of the release's images; see [ImageVariable]
	TimeoutMS   int64      `json:"timeoutMs"`        // in milliseconds
}

// newJob returns the job that p and w ask for, or a permanent [*Failure].
func newJob(p scriptParameters, w Work) (Job, error) {
	j := Job{
		Execution: w.Execution, Project: w.Project, Release: w.Release, Runbook: w.Runbook, Environment: w.Environment,
		Step: w.Step, Attempt: w.Attempt, Shell: p.Shell, Run: p.Run, PackageName: p.Package,
		Variables: w.Variables, TimeoutMS: w.Timeout.Milliseconds(),
	}
	if p.Package != "" {
		a, ok := w.Packages[p.Package]
		if !ok {
			return Job{}, permanent("NoSuchPackage", "release %s has no package %s; add it to the project file's packages", w.Release, p.Package)
		}
		j.Package = &a
	}
	return j, nil
}

// Timeout returns how long the script may run.
func (j Job) Timeout() time.Duration { return time.Duration(j.TimeoutMS) * time.Millisecond }

// token names the attempt in the letters that an idempotency token may have.
func (j Job) token() string {
	sum := sha256.Sum256([]byte(JobKey(j.Execution, j.Step, j.Attempt)))
	return hex.EncodeToString(sum[:])
}

// JobVariable is the environment variable in which a build is told the key of its job.
const JobVariable = "SLIPWAY_JOB"

// JobKey returns where in the work bucket the job of an attempt is stored.
func JobKey(execution, step string, attempt int) string {
	return fmt.Sprintf("jobs/%s/%s/%d/job.json", execution, step, attempt)
}

// ResultKey returns where the result of the job at jobKey is stored.
func ResultKey(jobKey string) string { return strings.TrimSuffix(jobKey, "job.json") + "result.json" }

// ClaimKey returns where the machine that runs the job at jobKey says so, before it
// begins; the first to write it has the job.
func ClaimKey(jobKey string) string { return strings.TrimSuffix(jobKey, "job.json") + "claim.json" }

// LogKey returns where in the work bucket the log of an attempt is stored.
func LogKey(execution, step string, attempt int) string {
	return fmt.Sprintf("logs/%s/%s/%d.log", execution, step, attempt)
}

// jobKey is the form of a job's key; an execution's name, which a deployment's or a
// run's id becomes, has at most 80 characters.
var jobKey = regexp.MustCompile(`^jobs/([A-Za-z0-9][A-Za-z0-9._-]{0,79})/([a-z0-9-]+)/([1-9][0-9]{0,3})/job\.json$`)

// ParseJobKey takes a key that [JobKey] returned apart. It returns
// [pipeline.ErrInvalid] for any other text.
func ParseJobKey(key string) (execution, step string, attempt int, err error) {
	parts := jobKey.FindStringSubmatch(key)
	if parts == nil || pipeline.CheckName("step", parts[2]) != nil {
		return "", "", 0, fmt.Errorf("job key %q: not of the form jobs/EXECUTION/STEP/ATTEMPT/job.json: %w", key, pipeline.ErrInvalid)
	}
	attempt, err = strconv.Atoi(parts[3])
	if err != nil {
		return "", "", 0, fmt.Errorf("job key %q: %w", key, err)
	}
	return parts[1], parts[2], attempt, nil
}
