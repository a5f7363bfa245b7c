package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"slipway/cmd/slipway/client"
	"slipway/functions/api"
	"slipway/shared/pipeline"
)

// A pusher takes packages.
type pusher interface {
	UploadAddress(ctx context.Context, name, version string, request api.PushRequest) (api.PushAddress, error)
	Upload(ctx context.Context, address api.PushAddress, body io.Reader, size int64) (object string, err error)
	Package(ctx context.Context, name, version, key, object string) (pipeline.Package, error)
}

func newPushCommand(connect connector, out io.Writer) *cobra.Command {
	p := push{out: out}
	command := &cobra.Command{
		Use:   "push PACKAGE VERSION FILE",
		Short: "Upload a package version and wait until it is registered",
		Long: `Upload a file as a version of a package, wait until it is registered, and print its
digest. A version is what it is for ever: pushing the same bytes again changes
nothing, other bytes are refused. The flags about the build come from the CI job; an
author may be kept from approving what they wrote.`,
		Example: `  slipway push web 1.4.0 web.zip
  slipway push web 1.4.0 web.zip --commit "$(git rev-parse HEAD)" --author "$CI_AUTHOR"`,
		Args: cobra.ExactArgs(3),
	}
	build := addBuildFlags(command.Flags())
	command.Flags().DurationVar(&p.wait, "wait", 5*time.Minute, "how `long` to wait for the registration")
	command.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := connect(cmd.Context())
		if err != nil {
			return err
		}
		p.pusher, p.name, p.version, p.file, p.build = c, args[0], args[1], args[2], build()
		return p.run(cmd.Context())
	}
	return command
}

// A push is one upload of a package version.
type push struct {
	pusher
	out           io.Writer
	name, version string
	file          string
	build         map[string]string
	wait          time.Duration
}

// run uploads the file and prints the digest that it is registered with.
func (p push) run(ctx context.Context) error {
	if at := p.build["committed-at"]; at != "" {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			return fmt.Errorf("--committed-at %q: want a time such as 2026-11-22T09:00:00Z: %w", at, pipeline.ErrInvalid)
		}
	}
	f, err := os.Open(p.file)
	if err != nil {
		return err
	}
	defer f.Close()
	digest, size, err := digestOf(f)
	if err != nil {
		return err
	}
	address, err := p.UploadAddress(ctx, p.name, p.version, api.PushRequest{File: filepath.Base(p.file), Metadata: p.build})
	if err != nil {
		return err
	}
	object, err := p.Upload(ctx, address, f, size)
	if err != nil {
		return err
	}
	if err := p.await(ctx, address.Key, object, digest); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s %s registered (%s)\n", p.name, p.version, digest)
	return err
}

// digestOf returns the digest of f as packages have it, and f's size in bytes; f is
// back at its start.
func digestOf(f *os.File) (digest string, size int64, err error) {
	hash := sha256.New()
	if size, err = io.Copy(hash, f); err != nil {
		return "", 0, fmt.Errorf("read package: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", 0, fmt.Errorf("read package: %w", err)
	}
	return "sha256:" + hex.EncodeToString(hash.Sum(nil)), size, nil
}

// How long to wait between two looks at the package: longer each time, up to a limit.
const (
	firstLook = 100 * time.Millisecond
	lastLook  = 2 * time.Second
)

// await returns when the version is registered with digest, or with the reason why
// the object was refused.
func (p push) await(ctx context.Context, key, object, digest string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.wait, fmt.Errorf(
		"package %s %s was uploaded to %s but is not registered after %s; look for what holds the stack up, then push it again", p.name, p.version, key, p.wait))
	defer cancel()
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		registered, err := p.Package(ctx, p.name, p.version, key, object)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil && registered.Digest == digest:
			return nil
		case err != nil && !errors.Is(err, pipeline.ErrNotFound):
			return err
		}
		if err := client.Wait(ctx, pause); err != nil {
			return err
		}
	}
}
