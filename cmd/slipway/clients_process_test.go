//go:build clients

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// A localProcess is the slipway local of one script. Its addresses are free ones at
// first, and the same ones when it starts again.
type localProcess struct {
	listen, web string
	running     *exec.Cmd
	drained     chan struct{} // closed when its output has ended
}

type localKey struct{}

func localOf(ts *testscript.TestScript) *localProcess {
	return ts.Value(localKey{}).(*localProcess)
}

// startLocal is the script command "start FLAGS": slipway local with these flags, in
// the background. It returns when local mode is ready; the lines that follow go to
// the file "events".
func startLocal(ts *testscript.TestScript, _ bool, args []string) {
	p := localOf(ts)
	if p.running != nil {
		ts.Fatalf("local mode runs already")
	}
	command := exec.Command("slipway", append([]string{"local", "--listen", p.listen, "--web", p.web}, args...)...)
	command.Dir = ts.MkAbs(".")
	command.Env = append(os.Environ(), "TZ=UTC")
	out, err := command.StdoutPipe()
	ts.Check(err)
	events, err := os.OpenFile(ts.MkAbs("events"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	command.Stderr = events
	ts.Check(command.Start())
	p.running, p.drained = command, make(chan struct{})
	lines := bufio.NewReader(out)
	p.listen, p.web = announced(ts, lines, "AWS endpoint"), announced(ts, lines, "API")
	go func() {
		defer close(p.drained)
		defer events.Close()
		_, _ = io.Copy(events, lines) // ends with the process
	}()
	ts.Setenv("AWS_ENDPOINT_URL", "http://"+p.listen)
	ts.Setenv("REGISTRY", p.listen)
	ts.Setenv("SLIPWAY_API", "http://"+p.web)
}

// announced returns the address that stands behind name in what local mode prints first.
func announced(ts *testscript.TestScript, lines *bufio.Reader, name string) string {
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			ts.Fatalf("slipway local has not told its %s: %v; the file events has its errors:\n%s", name, err, ts.ReadFile("events"))
		}
		if address, found := strings.CutPrefix(strings.TrimSpace(line), name); found {
			return strings.TrimPrefix(strings.TrimSpace(address), "http://")
		}
	}
}

// interruptLocal is the script command "interrupt": Ctrl-C, after which local mode
// must end in order.
func interruptLocal(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(localOf(ts).end(os.Interrupt))
}

// crashLocal is the script command "crash": kill -9.
func crashLocal(ts *testscript.TestScript, _ bool, _ []string) {
	if err := localOf(ts).end(syscall.SIGKILL); err == nil {
		ts.Fatalf("local mode had ended in order before it was killed")
	}
}

// kill ends the process if it still runs, as the script's last deed.
func (p *localProcess) kill() {
	if p.running != nil {
		_ = p.end(syscall.SIGKILL) // that it was killed is the only error
	}
}

// end sends a signal and returns how the process ended.
func (p *localProcess) end(signal os.Signal) error {
	if p.running == nil {
		return fmt.Errorf("local mode doesn't run; the script command start starts it")
	}
	if err := p.running.Process.Signal(signal); err != nil {
		return err
	}
	<-p.drained
	err := p.running.Wait()
	p.running = nil
	return err
}
