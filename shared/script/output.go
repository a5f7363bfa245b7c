package script

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The limits of a script's outputs, which travel in records and events.
const (
	maxOutputs     = 50
	maxOutputValue = 4 << 10  // bytes
	maxOutputFile  = 64 << 10 // bytes
)

var outputName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// readOutputs returns what the script wrote to its output file; no file is no outputs.
func readOutputs(path string) (map[string]string, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read outputs: %w", err)
	case !info.Mode().IsRegular():
		return nil, permanent("BadOutput", "$SLIPWAY_OUTPUT is no longer a regular file; append lines to it")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read outputs: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxOutputFile+1))
	if err != nil {
		return nil, fmt.Errorf("read outputs: %w", err)
	}
	return parseOutputs(text)
}

// parseOutputs reads lines of the form name=value; empty lines mean nothing. The
// error is a permanent [step.Failure] that names the line.
func parseOutputs(text []byte) (map[string]string, error) {
	if len(text) > maxOutputFile {
		return nil, permanent("BadOutput", "$SLIPWAY_OUTPUT has more than %d bytes; keep outputs short and store files elsewhere", maxOutputFile)
	}
	outputs := map[string]string{}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		name, value, hasValue := strings.Cut(strings.TrimRight(string(line), "\r\n"), "=")
		if name == "" && !hasValue {
			continue
		}
		if problem := outputProblem(name, value, hasValue, outputs); problem != "" {
			return nil, permanent("BadOutput", "line %d of $SLIPWAY_OUTPUT %s", number, problem)
		}
		outputs[name] = value
	}
	return outputs, nil
}

// outputProblem says what is wrong with a line and what would be right, or nothing.
func outputProblem(name, value string, hasValue bool, before map[string]string) string {
	_, twice := before[name]
	switch {
	case !hasValue:
		return "has no \"=\"; write name=value"
	case !outputName.MatchString(name):
		return fmt.Sprintf("has the name %.80q; a name is letters, digits, '_' and '-', starts with a letter or '_' and has at most 64 characters", name)
	case twice:
		return fmt.Sprintf("sets %s again; write each output once", name)
	case len(value) > maxOutputValue:
		return fmt.Sprintf("has a value of %d bytes; keep it within %d", len(value), maxOutputValue)
	case !utf8.ValidString(value):
		return "has a value that is not UTF-8; encode it, such as in Base64"
	case len(before) == maxOutputs:
		return fmt.Sprintf("is output number %d; write at most %d", maxOutputs+1, maxOutputs)
	}
	return ""
}
