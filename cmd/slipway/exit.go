package main

import (
	"errors"
	"io/fs"

	"slipway/shared/pipeline"
)

// The exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitWrongUse = 2
	exitRefused  = 3 // by a gate or for want of a right
)

// exitCode returns the exit code of a command that ended with err.
func exitCode(err error) int {
	for _, known := range []struct {
		err  error
		code int
	}{
		{pipeline.ErrRefused, exitRefused},
		{pipeline.ErrEnded, exitRefused},
		{pipeline.ErrInvalid, exitWrongUse},
		{pipeline.ErrNotFound, exitWrongUse},
		{fs.ErrNotExist, exitWrongUse},
	} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return exitFailed
}
