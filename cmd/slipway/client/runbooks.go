package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"slipway/functions/api"
)

// Runbooks returns the runbooks of a project, by name.
func (c *Client) Runbooks(ctx context.Context, project string) (api.RunbookList, error) {
	return get[api.RunbookList](ctx, c, nil, "projects", project, "runbooks")
}

// RequestRun asks for a run in the name of who signs. The request has a token, so that
// it can be sent again without making a second run.
func (c *Client) RequestRun(ctx context.Context, project, runbook string, request api.RunRequest) (api.Run, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return api.Run{}, fmt.Errorf("encode request: %w", err)
	}
	return decode[api.Run](c.repeat(ctx, http.MethodPost, c.address("projects", project, "runbooks", runbook, "runs"), body))
}

// Runs returns a page of a runbook's runs, the last first.
func (c *Client) Runs(ctx context.Context, project, runbook string, p Page) (api.RunList, error) {
	return get[api.RunList](ctx, c, p.query(), "projects", project, "runbooks", runbook, "runs")
}

// Run returns a run with its steps.
func (c *Client) Run(ctx context.Context, id string) (api.Run, error) {
	return get[api.Run](ctx, c, nil, "runs", id)
}

// Publish lets triggers run the version of a runbook that is in force.
func (c *Client) Publish(ctx context.Context, project, runbook string) (api.RunbookList, error) {
	return post[api.RunbookList](ctx, c, struct{}{}, "projects", project, "runbooks", runbook, "publish")
}

// Pause keeps triggers from starting a runbook.
func (c *Client) Pause(ctx context.Context, project, runbook string, request api.PauseRequest) (api.RunbookList, error) {
	return post[api.RunbookList](ctx, c, request, "projects", project, "runbooks", runbook, "pause")
}

// Resume lets triggers start a runbook again.
func (c *Client) Resume(ctx context.Context, project, runbook string) (api.RunbookList, error) {
	return post[api.RunbookList](ctx, c, struct{}{}, "projects", project, "runbooks", runbook, "resume")
}
