package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/pflag"
)

// A format is how a command prints what it has read.
type format string

// The formats.
const (
	formatTable format = "table" // for people
	formatJSON  format = "json"  // for programs: the API's own shapes
)

// addFormatFlag adds the flag -o.
func addFormatFlag(flags *pflag.FlagSet) *format {
	f := formatTable
	flags.VarP(&f, "output", "o", "table or json")
	return &f
}

// Set implements [pflag.Value].
func (f *format) Set(text string) error {
	if text != string(formatTable) && text != string(formatJSON) {
		return fmt.Errorf("want %s or %s", formatTable, formatJSON)
	}
	*f = format(text)
	return nil
}

// String implements [pflag.Value].
func (f *format) String() string { return string(*f) }

// Type implements [pflag.Value].
func (f *format) Type() string { return "format" }

// show prints value as JSON or, for people, as text tells it.
func show[T any](out io.Writer, f format, value T, text func(T) string) error {
	if f != formatJSON {
		_, err := io.WriteString(out, text(value))
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
