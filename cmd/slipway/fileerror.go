package main

import (
	"strings"

	"slipway/shared/project"
)

// A fileError is what is wrong with a file.
type fileError struct {
	file     string
	problems project.Problems
}

// Error returns the problems, one a line, as "FILE:LINE:COLUMN: message; remedy".
func (e fileError) Error() string {
	lines := make([]string, len(e.problems))
	for i, p := range e.problems {
		lines[i] = e.file + ":" + p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems.
func (e fileError) Unwrap() error { return e.problems }
