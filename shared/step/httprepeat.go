package step

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// requestTimeout is how long one of several requests may take; one that is made
// alone has the step's whole time.
const requestTimeout = 30 * time.Second

// ask sends the request, and again while that may mend a failure and there is time.
// The error is a [*Failure] unless ctx has ended or the request could not be made.
func (c *httpCaller) ask(ctx context.Context) (Outcome, error) {
	limit := c.timeout
	if until := time.Duration(c.parameters.Until); until > 0 {
		limit = min(limit, until)
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	before := ""
	for n := 1; ; n++ {
		outcome, sent, err := c.once(limited)
		var failure *Failure
		switch {
		case err == nil:
			return outcome, nil
		case errors.As(err, &failure):
		case ctx.Err() != nil || limited.Err() == nil:
			return Outcome{}, err
		default:
			return Outcome{}, transient("TimedOut", "%s: no answer within %s%s", c.target, limit, before).after(n)
		}
		if !c.again(failure, sent) || !c.inTime(limited) {
			return Outcome{}, failure.after(n)
		}
		before = "; before that, " + failure.Error()
		if err := c.wait(ctx); err != nil {
			return Outcome{}, err
		}
	}
}

// again tells whether the request is to be sent again after failure.
func (c *httpCaller) again(failure *Failure, sent bool) bool {
	return c.parameters.Until > 0 && !failure.Permanent && (!sent || c.parameters.repeatable())
}

// inTime tells whether the next request is due before the time is over.
func (c *httpCaller) inTime(limited context.Context) bool {
	deadline, ok := limited.Deadline()
	return !ok || time.Until(deadline) > time.Duration(c.parameters.Every)
}

// wait waits until the next request is due, or returns why ctx has ended before.
func (c *httpCaller) wait(ctx context.Context) error {
	due := time.NewTimer(time.Duration(c.parameters.Every))
	defer due.Stop()
	select {
	case <-due.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// once sends the request once, judges the answer and writes a line of the log. The
// error is a [*Failure] unless ctx has ended or the request could not be made.
func (c *httpCaller) once(ctx context.Context) (outcome Outcome, sent bool, err error) {
	limited := ctx
	if c.parameters.Until > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, requestTimeout)
		defer cancel()
	}
	started := c.now()
	answer, sent, err := c.send(limited)
	took := c.now().Sub(started).Round(time.Millisecond)
	if err == nil {
		fmt.Fprintf(c.log, "%s: %d %s, %d bytes, %s\n", c.target, answer.code, http.StatusText(answer.code), len(answer.body), took)
		outcome, err = c.judge(answer)
	} else if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = transient("TimedOut", "%s: no answer within %s", c.target, requestTimeout)
	}
	if err != nil {
		fmt.Fprintf(c.log, "%s\n", err)
	}
	return outcome, sent, err
}

// after returns f with the number of requests that were made, if there were several.
func (f *Failure) after(requests int) *Failure {
	if requests == 1 {
		return f
	}
	counted := *f
	counted.Cause = fmt.Sprintf("%s (the last of %d requests)", f.Cause, requests)
	return &counted
}
