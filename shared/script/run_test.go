package script_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"slipway/shared/pipeline"
	"slipway/shared/script"
	"slipway/shared/step"
)

func TestAScriptRunsInItsPackagesFolder(t *testing.T) {
	b := newBucket(t)
	job := step.Job{Run: "./smoke.sh", PackageName: "web", Package: b.push("smoke.sh", "cat data/a.txt; echo url=https://x >> $SLIPWAY_OUTPUT; echo out >&2", "data/a.txt", "text\n")}
	result, log, err := b.run(context.Background(), job)
	if err != nil || result.Status != step.Succeeded || result.ExitCode != 0 || !maps.Equal(result.Outputs, map[string]string{"url": "https://x"}) {
		t.Errorf("result %+v, %v", result, err)
	}
	if want := "2026-03-01T12:00:00Z text\n2026-03-01T12:00:00Z out\n"; log != want {
		t.Errorf("log is %q, want %q", log, want)
	}
	if last := b.keys[len(b.keys)-1]; last != step.ResultKey(jobKey) {
		t.Errorf("%s was written last, not the result", last)
	}
}

func TestInterpretersRunTextAndFiles(t *testing.T) {
	for _, c := range []struct{ shell, run, want string }{
		{"sh", "echo $0 | grep -c script", "1"},
		{"python3", "import os; print(os.environ['API_URL'])", "x; $(touch gone) `id`"},
		{"python3", "./smoke.py", "from a file"},
		{"/bin/sh", "pwd | grep -c files", "1"},
		{"bash", "./smoke.py --help || echo text", "text"},
		{"bash", "printf '%s\\n' \"$API_URL\"", "x; $(touch gone) `id`"},
	} {
		b := newBucket(t)
		job := step.Job{Shell: c.shell, Run: c.run, PackageName: "web", Package: b.push("smoke.py", "print('from a file')"),
			Variables: []step.Variable{{Name: "API_URL", Value: "x; $(touch gone) `id`"}}}
		if _, log, err := b.run(context.Background(), job); err != nil || !strings.HasSuffix(log, "Z "+c.want+"\n") {
			t.Errorf("%s %q: log %q, %v", c.shell, c.run, log, err)
		}
	}
}

func TestAScriptSeesNothingOfTheRunnersEnvironment(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	b := newBucket(t)
	_, log, err := b.run(context.Background(), step.Job{Run: "env", Variables: []step.Variable{{Name: "API_URL", Value: "u"}, {Name: "SLIPWAY_STEP", Value: "forged"}}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, line := range regexp.MustCompile(`(?m)Z (\w+)=`).FindAllStringSubmatch(log, -1) {
		names = append(names, line[1])
	}
	slices.Sort(names)
	want := "API_URL HOME PATH PWD SHLVL SLIPWAY_ATTEMPT SLIPWAY_DEPLOYMENT SLIPWAY_ENVIRONMENT SLIPWAY_OUTPUT SLIPWAY_PROJECT SLIPWAY_RELEASE SLIPWAY_STEP _"
	if got := strings.Join(names, " "); got != want { // bash itself adds PWD, SHLVL and _
		t.Errorf("the environment is %s, want %s", got, want)
	}
	if !strings.Contains(log, "SLIPWAY_STEP=smoke\n") {
		t.Error("a variable replaced SLIPWAY_STEP")
	}
}

func TestAFailedScriptSaysHow(t *testing.T) {
	for name, c := range map[string]struct {
		job       step.Job
		want      string
		exit      int
		permanent bool
	}{
		"exit code":      {step.Job{Run: "echo no such host; exit 3"}, "ScriptFailed: the script ended with exit status 3; its last line was: no such host", 3, false},
		"signal":         {step.Job{Run: "kill -9 $$"}, "ScriptFailed: the script ended with signal: killed", -1, false},
		"interpreter":    {step.Job{Shell: "fish", Run: "true"}, "InterpreterMissing: the interpreter fish is not on this machine's PATH", -1, true},
		"absolute":       {step.Job{Shell: "/bin/fish", Run: "true"}, "InterpreterMissing: the interpreter /bin/fish is not on this machine", -1, true},
		"no package":     {step.Job{Run: "./smoke.sh"}, "NoSuchFile: the script ./smoke.sh is a file, and the step names no package", -1, true},
		"output":         {step.Job{Run: `printf 'a=1\n\nb\n' > $SLIPWAY_OUTPUT`}, "BadOutput: line 3 of $SLIPWAY_OUTPUT has no \"=\"; write name=value", 0, true},
		"output is link": {step.Job{Run: `ln -s /etc/passwd $SLIPWAY_OUTPUT`}, "BadOutput: $SLIPWAY_OUTPUT is no longer a regular file", 0, true},
		"NUL":            {step.Job{Run: "true", Variables: []step.Variable{{Name: "A", Value: "\x00"}}}, "BadVariable: variable \"A\"", -1, true},
	} {
		result, log, err := newBucket(t).run(context.Background(), c.job)
		var failure *step.Failure
		if !errors.As(err, &failure) || !strings.HasPrefix(failure.Error(), c.want) || failure.Permanent != c.permanent {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if result.Status != step.Failed || result.ExitCode != c.exit || result.Error != failure.Name || result.Cause != failure.Cause || result.Permanent != c.permanent {
			t.Errorf("%s: result %+v", name, result)
		}
		if !strings.Contains(log, failure.Cause) {
			t.Errorf("%s: the log doesn't say why: %q", name, log)
		}
	}
}

func TestABadPackageIsNeverRun(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(b *bucket, a *step.Artifact)
		want  string
	}{
		"digest":   {func(b *bucket, _ *step.Artifact) { b.body["web.zip@v1"] += "x" }, "DigestMismatch"},
		"deleted":  {func(b *bucket, _ *step.Artifact) { delete(b.body, "web.zip@v1") }, "PackageGone"},
		"archive":  {func(b *bucket, a *step.Artifact) { *a = *b.pushBytes("not a zip") }, "BadArchive"},
		"traverse": {func(b *bucket, a *step.Artifact) { *a = *b.push("../evil.sh", "x") }, "BadArchive"},
		"no file":  {func(b *bucket, a *step.Artifact) { *a = *b.push("other.sh", "x") }, "NoSuchFile: package web@1.4.0 has no file run.sh"},
		"unpinned": {func(_ *bucket, a *step.Artifact) { a.VersionID = "" }, "NotPinned"},
	} {
		b := newBucket(t)
		marker := filepath.Join(t.TempDir(), "ran")
		a := b.push("run.sh", "touch "+marker)
		c.spoil(b, a)
		_, _, err := b.run(context.Background(), step.Job{Run: "./run.sh", PackageName: "web", Package: a})
		var failure *step.Failure
		if !errors.As(err, &failure) || !failure.Permanent || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if _, err := os.Stat(marker); err == nil {
			t.Errorf("%s: the script ran", name)
		}
	}
}

func TestAScriptThatRunsTooLongIsKilled(t *testing.T) {
	result, log, err := newBucket(t).run(context.Background(), step.Job{Run: "sleep 1000", TimeoutMS: 1})
	if result.Error != "TimedOut" || result.Permanent || err == nil || !strings.Contains(log, "ran longer than 1ms and was killed") {
		t.Errorf("result %+v, %v", result, err)
	}
}

func TestStoppingKillsTheWholeGroup(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "started")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() {
		_, err := os.ReadFile(fifo) // until the script has written
		cancel(errors.Join(stop, err))
	}()
	b := newBucket(t)
	_, log, err := b.run(ctx, step.Job{Run: "sleep 1000 & echo child $!; echo > " + fifo + "; sleep 1000"})
	if _, ok := b.body[step.ResultKey(jobKey)]; ok || !errors.Is(err, stop) {
		t.Errorf("Run = %v, with result %v; want %v and none: who stopped it says why", err, ok, stop)
	}
	expectDead(t, log)
}

func TestWhatAScriptLeavesBehindIsKilled(t *testing.T) {
	b := newBucket(t)
	_, log, err := b.run(context.Background(), step.Job{Run: "sleep 1000 & echo child $!"})
	if err != nil {
		t.Error(err)
	}
	expectDead(t, log)
}

// expectDead looks for the process whose id the log tells; a dead one may still wait
// to be reaped by its new parent.
func expectDead(t *testing.T, log string) {
	t.Helper()
	_, after, _ := strings.Cut(log, "child ")
	var pid int
	if _, err := fmt.Sscan(after, &pid); err != nil {
		t.Fatalf("log %q: %v", log, err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil && !strings.Contains(string(status), ") Z ") && syscall.Kill(pid, 0) == nil {
		t.Errorf("process %d lives: %s", pid, status)
	}
}

func TestAJobRunsOnce(t *testing.T) {
	b := newBucket(t)
	marker := filepath.Join(t.TempDir(), "ran")
	job := step.Job{Run: "echo x >> " + marker}
	for range 2 {
		if _, _, err := b.run(context.Background(), job); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(marker); err != nil || string(text) != "x\n" {
		t.Errorf("the script ran %q, %v", text, err)
	}
}

func TestRunRefusesOtherKeys(t *testing.T) {
	err := script.Run(context.Background(), newBucket(t).config(), "packages/web/job.json")
	if !errors.Is(err, pipeline.ErrInvalid) {
		t.Errorf("Run = %v, want %v", err, pipeline.ErrInvalid)
	}
}

func TestALongLogKeepsItsStartAndItsEnd(t *testing.T) {
	b := newBucket(t)
	_, log, err := b.run(context.Background(), step.Job{Shell: "bash", Run: "echo first; head -c 20000000 /dev/zero | tr '\\0' 'x' | fold -w 1000; echo; echo last"})
	if err != nil {
		t.Fatal(err)
	}
	if len(log) > 10<<20 || len(log) < 10<<20-3000 {
		t.Errorf("the log has %d bytes", len(log))
	}
	elided := regexp.MustCompile(`(?m)^2026-03-01T12:00:00Z … \d+ lines \(\d+ bytes\) left out here: a log holds at most 10485760 bytes …$`)
	if !strings.HasPrefix(log, "2026-03-01T12:00:00Z first\n") || !strings.HasSuffix(log, "Z last\n") || len(elided.FindAllString(log, -1)) != 1 {
		t.Errorf("the log is %.60s … %s", log, log[len(log)-60:])
	}
}

// TestAJobOfAnOlderVersionTellsItsScriptWhatItIsOf has a job that names its deployment
// as older versions did.
func TestAJobOfAnOlderVersionTellsItsScriptWhatItIsOf(t *testing.T) {
	b := newBucket(t)
	b.body[jobKey] = `{"deployment":"storefront_1_dev_1","shell":"bash","run":"echo $SLIPWAY_DEPLOYMENT","timeoutMs":60000,"variables":[]}`
	err := script.Run(t.Context(), b.config(), jobKey)
	if log := b.body[step.LogKey("storefront_1_dev_1", "smoke", 1)]; err != nil || !strings.HasSuffix(log, " storefront_1_dev_1\n") {
		t.Errorf("log is %q, %v", log, err)
	}
}
