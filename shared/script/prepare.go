package script

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"slipway/shared/archive"
	"slipway/shared/step"
)

// prepare unpacks the job's package, writes its script and returns the command that runs it.
func (c Config) prepare(ctx context.Context, job step.Job, f folder) (command, error) {
	interpreter, err := findInterpreter(job.Shell, c.Path)
	if err != nil {
		return command{}, err
	}
	environment, err := c.environment(job, f)
	if err != nil {
		return command{}, err
	}
	if job.Package != nil {
		if err := c.unpack(ctx, job.PackageName+"@"+job.Package.Version, *job.Package, f); err != nil {
			return command{}, err
		}
	}
	argument, err := scriptFile(job, f)
	if err != nil {
		return command{}, err
	}
	return command{path: interpreter, argument: argument, dir: f.files(), environment: environment}, nil
}

// scriptFile returns the file that the interpreter is to run: the one of the package
// that the script's text names, else a new one that holds the text, word for word.
func scriptFile(job step.Job, f folder) (string, error) {
	name, named := strings.CutPrefix(strings.TrimSpace(job.Run), "./")
	if named && filepath.IsLocal(name) {
		info, err := os.Lstat(filepath.Join(f.files(), name))
		switch {
		case err == nil && info.Mode().IsRegular():
			return "./" + name, nil
		case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, " \t\n;&|<>$`'\"()"):
			return "", noSuchFile(job, name)
		}
	}
	if err := os.WriteFile(f.script(), []byte(job.Run), 0o600); err != nil {
		return "", fmt.Errorf("write script: %w", err)
	}
	return f.script(), nil
}

func noSuchFile(job step.Job, name string) error {
	if job.Package == nil {
		return permanent("NoSuchFile", "the script ./%s is a file, and the step names no package that holds it; add package: to the step", name)
	}
	return permanent("NoSuchFile", "package %s@%s has no file %s; add it to the package", job.PackageName, job.Package.Version, name)
}

// environment returns the whole environment of the script. Nothing of the runner's
// own gets there but PATH: its credentials are not the script's.
func (c Config) environment(job step.Job, f folder) ([]string, error) {
	own := []step.Variable{{Name: "PATH", Value: c.Path}, {Name: "HOME", Value: f.home()}}
	reserved := []step.Variable{ // last, so that no variable of a project replaces them
		{Name: "SLIPWAY_PROJECT", Value: job.Project},
		{Name: "SLIPWAY_ENVIRONMENT", Value: job.Environment},
		{Name: "SLIPWAY_STEP", Value: job.Step},
		{Name: "SLIPWAY_ATTEMPT", Value: strconv.Itoa(job.Attempt)},
		{Name: "SLIPWAY_OUTPUT", Value: f.output()},
	}
	var environment []string
	for _, v := range slices.Concat(own, job.Variables, job.Images, reserved, subject(job)) {
		if v.Name == "" || strings.ContainsAny(v.Name, "=\x00") || strings.Contains(v.Value, "\x00") {
			return nil, permanent("BadVariable", "variable %q has a name or a value that an environment can't hold; use neither \"=\" in a name nor NUL", v.Name)
		}
		environment = append(environment, v.Name+"="+v.Value)
	}
	return environment, nil
}

// subject returns the variables that tell what the script is part of.
func subject(job step.Job) []step.Variable {
	if job.Runbook != "" {
		return []step.Variable{{Name: "SLIPWAY_RUNBOOK", Value: job.Runbook}, {Name: "SLIPWAY_RUN", Value: job.Execution}}
	}
	return []step.Variable{{Name: "SLIPWAY_RELEASE", Value: job.Release}, {Name: "SLIPWAY_DEPLOYMENT", Value: job.Execution}}
}

// unpack downloads the package's pinned version, verifies its digest and only then
// unpacks it, from the very bytes that were verified.
func (c Config) unpack(ctx context.Context, subject string, a step.Artifact, f folder) error {
	file, err := os.Create(filepath.Join(f.root, "package.zip"))
	if err != nil {
		return fmt.Errorf("download package %s: %w", subject, err)
	}
	defer file.Close()
	size, err := a.Download(ctx, c.Objects, subject, file)
	if err != nil {
		return err
	}
	files, err := archive.Open(file, size, archive.Limits{})
	if err == nil {
		err = files.Extract(ctx, f.files())
	}
	if err != nil {
		return step.ArchiveFailure(subject, err)
	}
	return nil
}

// permanent returns a failure that another attempt can't mend.
func permanent(name, format string, args ...any) *step.Failure {
	return &step.Failure{Name: name, Cause: fmt.Sprintf(format, args...), Permanent: true}
}
