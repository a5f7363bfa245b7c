package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// How often a safe request is sent, and how long after the first is waited; each
// wait is twice as long as the one before.
const (
	maxCalls  = 4
	firstWait = 200 * time.Millisecond
)

// repeat sends a request that does no more when it is sent again, and does so while the
// answer says that another call may go better: 502 and 503.
func (c *Client) repeat(ctx context.Context, method string, address *url.URL, body []byte) (answer, error) {
	wait := firstWait
	for n := 1; ; n++ {
		a, err := c.call(ctx, method, address, body)
		if err != nil || n == maxCalls || (a.status != http.StatusBadGateway && a.status != http.StatusServiceUnavailable) {
			return a, err
		}
		if err := Wait(ctx, wait); err != nil {
			return answer{}, err
		}
		wait *= 2
	}
}

// Wait returns when d has passed, or before that with the cause of ctx's end.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
