// The demonstration: a local stack, and a small site that travels through it to
// production as a CI job, a developer and a release manager would send it, with the
// runbooks that an operator has for it.
package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"slipway/cmd/slipway/timeline"
	"slipway/infra/local/host"
)

//go:embed slipway.yaml all:site
var files embed.FS

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, os.Stderr, stays()); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		stop()
		os.Exit(1)
	}
}

// stays tells whether somebody is there to look around once the demonstration is over.
func stays() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("CI") != "true"
}

// run plays the demonstration. Afterwards it stays up until ctx ends, if stay says so.
func run(ctx context.Context, out, errOut io.Writer, stay bool) error {
	c := host.Config{Data: ".slipway", Memory: true, Listen: "127.0.0.1:4566", Web: "127.0.0.1:8080", Path: os.Getenv("PATH")}
	if !stay { // nobody needs to know the addresses beforehand
		c.Listen, c.Web = "127.0.0.1:0", "127.0.0.1:0"
	}
	watched := newWatch(timeline.New(out).Observe)
	c.Observe = watched.observe
	c.Report = func(err error) { fmt.Fprintln(errOut, "demo:", err) }
	h, err := host.Start(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "A local stack is up: AWS at %s, the API at %s.\n", h.Endpoint, h.Web)
	err = perform(ctx, out, h, watched, stay)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if closed := h.Close(closing); err == nil {
		err = closed
	}
	return err
}

// limit is how long the demonstration may take without people.
const limit = 2 * time.Minute

// perform plays on h. If stay says so, the second half is left to whoever looks on, until
// ctx ends.
func perform(ctx context.Context, out io.Writer, h *host.Host, w *watch, stay bool) error {
	p, err := newPlayers(h)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	s := stage{players: p, watch: w, out: out}
	if err := s.begin(limited); err != nil {
		return err
	}
	if !stay {
		return s.end(limited)
	}
	if err := s.handOver(limited); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
