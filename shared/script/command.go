package script

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"slipway/shared/step"
)

// notRun is the exit code of a script that did not run to its end.
const notRun = -1

// drainTime is how long output is awaited from a process that outlives its group.
const drainTime = 2 * time.Second

// A command is an interpreter with the one file that it runs.
type command struct {
	path        string
	argument    string
	dir         string
	environment []string
}

// findInterpreter returns the program that shell names, on path unless shell is a path itself.
func findInterpreter(shell, path string) (string, error) {
	if filepath.IsAbs(shell) {
		if isProgram(shell) {
			return shell, nil
		}
		return "", permanent("InterpreterMissing", "the interpreter %s is not on this machine; name one that is, such as bash", shell)
	}
	for _, dir := range filepath.SplitList(path) {
		if candidate := filepath.Join(dir, shell); filepath.IsAbs(dir) && isProgram(candidate) {
			return candidate, nil
		}
	}
	return "", permanent("InterpreterMissing", "the interpreter %s is not on this machine's PATH (%s); name one that is, such as bash", shell, path)
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// run runs the command with its output going to log, and returns its exit code. When
// the timeout or ctx ends, and when the interpreter has ended, all processes of its
// group are killed: a script leaves none behind, save one that it moved out of its group.
func (c command) run(ctx context.Context, timeout time.Duration, log *log) (exit int, err error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	output, input, err := os.Pipe()
	if err != nil {
		return notRun, fmt.Errorf("make pipe: %w", err)
	}
	defer output.Close()
	process := c.process(limited, input)
	err = process.Start()
	input.Close() // the script has its own end now
	if err != nil {
		return notRun, startFailure(c.path, err)
	}
	copied := make(chan error, 1)
	go func() { copied <- log.copy(output) }()
	err = process.Wait()
	if killing := killGroup(process.Process.Pid); killing != nil {
		log.Line("processes that the script left behind could not be killed: " + killing.Error())
	}
	if err := output.SetReadDeadline(time.Now().Add(drainTime)); err != nil {
		return notRun, fmt.Errorf("read output: %w", err)
	}
	if err := <-copied; err != nil {
		log.Line("the output could not be read to its end: " + err.Error())
	}
	switch {
	case err == nil:
		return 0, nil
	case ctx.Err() != nil:
		return notRun, fmt.Errorf("the script was killed: %w", context.Cause(ctx))
	case limited.Err() != nil:
		return notRun, &step.Failure{Name: "TimedOut", Cause: fmt.Sprintf("the script ran longer than %s and was killed; raise the step's timeout", timeout)}
	}
	return process.ProcessState.ExitCode(), exitFailure(err, log.last)
}

func (c command) process(ctx context.Context, output *os.File) *exec.Cmd {
	process := exec.CommandContext(ctx, c.path, c.argument)
	process.Dir, process.Env = c.dir, c.environment
	process.Stdout, process.Stderr = output, output
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	process.Cancel = func() error { return killGroup(process.Process.Pid) }
	return process
}

// killGroup kills all processes of the group; that there are none is no error.
func killGroup(leader int) error {
	if err := syscall.Kill(-leader, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

func startFailure(path string, err error) error {
	if errors.Is(err, syscall.ENOEXEC) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return permanent("InterpreterMissing", "the interpreter %s can't be run on this machine: %s", path, err)
	}
	return fmt.Errorf("start %s: %w", path, err)
}

// exitFailure says how the script ended and what it said last.
func exitFailure(err error, last string) error {
	cause := "the script ended with " + err.Error()
	if last = strings.TrimSpace(last); last != "" {
		cause += "; its last line was: " + last
	}
	return &step.Failure{Name: "ScriptFailed", Cause: cause}
}
