package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"slipway/functions/api"
)

// A form asks a person for the values of prompts.
type form struct {
	in  io.Reader
	out io.Writer
}

// fill adds to values what required prompts still lack. Where the person answers no
// more, the rest is left out, which the API then refuses by name.
func (f *form) fill(ctx context.Context, prompts []api.Prompt, values map[string]string) error {
	lines := bufio.NewReader(f.in)
	for _, p := range prompts {
		if _, given := values[p.Name]; given || !p.Required {
			continue
		}
		value, err := f.ask(ctx, lines, p)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		values[p.Name] = value
	}
	return nil
}

// ask asks for the value of p until it gets one that p takes, or an error: [io.EOF] when
// the person answers no more.
func (f *form) ask(ctx context.Context, lines *bufio.Reader, p api.Prompt) (string, error) {
	for {
		if _, err := io.WriteString(f.out, question(p)); err != nil {
			return "", err
		}
		value, err := line(ctx, lines)
		if err != nil || value != "" && (len(p.Options) == 0 || slices.Contains(p.Options, value)) {
			return value, err
		}
	}
}

// question returns what a person is asked for p, such as "MODE (How) [soft, hard]: ".
func question(p api.Prompt) string {
	text := p.Name
	if p.Label != "" {
		text += " (" + printable(p.Label) + ")"
	}
	if len(p.Options) > 0 {
		text += fmt.Sprintf(" [%s]", strings.Join(p.Options, ", "))
	}
	return text + ": "
}

// line returns the next line, without its end; [io.EOF] after the last. It returns as
// soon as ctx ends, and leaves the reading behind, as a read can't be interrupted.
func line(ctx context.Context, lines *bufio.Reader) (string, error) {
	type read struct {
		text string
		err  error
	}
	done := make(chan read, 1)
	go func() {
		text, err := lines.ReadString('\n')
		done <- read{text, err}
	}()
	select {
	case r := <-done:
		if r.text != "" && errors.Is(r.err, io.EOF) {
			r.err = nil
		}
		return strings.TrimRight(r.text, "\r\n"), r.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// isTerminal tells whether somebody can be asked by in.
func isTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull) // a character device, too, but nobody answers there
	return err != nil || !os.SameFile(info, null)
}
