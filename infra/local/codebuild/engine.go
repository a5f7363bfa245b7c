// Package codebuild is AWS CodeBuild on one machine: projects whose build is this
// module's script runner, builds that run through the clock in the same process, and
// the "CodeBuild Build State Change" event of each change.
//
// A build that was running when the process ended is not run again: nobody knows how
// far it came. It ends as FAULT, and whoever started it decides. One that had not
// begun begins when the engine resumes.
package codebuild

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/clock"
	"slipway/infra/local/store"
)

// Config is what an engine is made of; all fields but Changed and Report are required.
type Config struct {
	Store   store.Store
	Clock   clock.Clock
	NewID   func() string
	Account string // "" for 000000000000
	Region  string // "" for us-east-1
	// Run does what the build's command does on AWS, with the build's environment
	// variables. It must return soon after ctx ends.
	Run func(ctx context.Context, environment map[string]string) error
	// Changed is called inside the transaction that changes a build's status.
	Changed func(tx store.Tx, e StateChange)
	// Report is told of errors of builds under way that no caller can be given.
	Report func(error)
}

// An Engine answers the CodeBuild API.
type Engine struct {
	Config
	api awsjson.Service

	mu      sync.Mutex
	running map[string]context.CancelCauseFunc // by build id; a build that isn't here has its whole state in the store
	closed  bool
}

// New returns an engine on what the store holds.
func New(c Config) *Engine {
	if c.Account == "" {
		c.Account = "000000000000"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Changed == nil {
		c.Changed = func(store.Tx, StateChange) {}
	}
	if c.Report == nil {
		c.Report = func(error) {}
	}
	e := &Engine{Config: c, running: map[string]context.CancelCauseFunc{}}
	e.api = e.service()
	return e
}

// Resume takes up what an earlier process left: builds that were running end as
// FAULT, those that had not begun begin.
func (e *Engine) Resume() error {
	return e.Store.Update(func(tx store.Tx) error {
		for _, id := range activeBuilds(tx) {
			b, err := readBuild(tx, id)
			switch {
			case err != nil:
				return err
			case b.Began:
				err = e.finish(tx, b, statusFault, "the machine stopped while the build ran")
			default:
				e.schedule(tx, id)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// errClosed is the cause with which builds end when the engine closes.
var errClosed = errors.New("the machine stopped while the build ran")

// Close ends the builds under way as FAULT and begins no others. The clock still has
// to run their last work; builds that have not begun wait for the next Resume.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, cancel := range e.running {
		cancel(errClosed)
	}
}

func (e *Engine) arn(kind, name string) string {
	return fmt.Sprintf("arn:aws:codebuild:%s:%s:%s/%s", e.Region, e.Account, kind, name)
}
