// The demonstration: a local stack, and a small site that travels through it to
// production as a CI job, a developer and a release manager would send it.
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

// limit is how long the demonstration may take to reach production.
const limit = 2 * time.Minute

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
	err = play(ctx, out, newPlayers(h), watched, stay)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if closed := h.Close(closing); err == nil {
		err = closed
	}
	return err
}

// play sends release 1.0.0 to production and, if stay says so, 1.1.0 after it.
func play(ctx context.Context, out io.Writer, p players, w *watch, stay bool) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	fmt.Fprintln(out, "\nA platform engineer applies the project file, and CI pushes web 1.0.0.")
	if err := p.apply(limited); err != nil {
		return err
	}
	if err := p.push(limited, "1.0.0"); err != nil {
		return err
	}
	asked, err := w.awaitApproval(limited, "1.0.0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nmanager1 looks at the plan and starts %s.\n", asked.Start.StateMachine)
	if err := p.approve(limited, asked); err != nil {
		return err
	}
	if err := w.awaitSuccess(limited, "1.0.0", "production"); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nRelease 1.0.0 is in production. The sites:")
	for _, environment := range []string{"dev", "staging", "production"} {
		fmt.Fprintf(out, "  %s/storefront-site/%s/index.html\n", p.endpoint, environment)
	}
	if !stay {
		return nil
	}
	fmt.Fprintln(out, "\nCI pushes web 1.1.0; it will wait for your approval.")
	if err := p.push(limited, "1.1.0"); err != nil {
		return err
	}
	if asked, err = w.awaitApproval(limited, "1.1.0"); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nYour turn, from another shell:\n"+
		"  export AWS_ACCESS_KEY_ID=manager1 AWS_SECRET_ACCESS_KEY=local SLIPWAY_API=%s\n"+
		"  go run ./cmd/slipway status storefront\n"+
		"  go run ./cmd/slipway approve %s --note 'looks good'\n"+
		"Ctrl-C ends it.\n", p.web, asked.Deployment.Deployment)
	<-ctx.Done()
	return nil
}
