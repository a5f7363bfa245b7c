package client

import (
	"context"

	"slipway/functions/api"
)

// Releases returns a page of a project's releases, newest first.
func (c *Client) Releases(ctx context.Context, project string, p Page) (api.ReleaseList, error) {
	return get[api.ReleaseList](ctx, c, p.query(), "projects", project, "releases")
}

// Release returns a release with its deployments.
func (c *Client) Release(ctx context.Context, project, version string) (api.ReleaseReport, error) {
	return get[api.ReleaseReport](ctx, c, nil, "projects", project, "releases", version)
}

// Plan returns what a deployment of a release to environment would do, or does.
func (c *Client) Plan(ctx context.Context, project, version, environment string) (api.PlanReport, error) {
	return get[api.PlanReport](ctx, c, nil, "projects", project, "releases", version, "plan", environment)
}
