package client

import (
	"context"

	"slipway/functions/api"
)

// Promote asks for a deployment in the name of who signs.
func (c *Client) Promote(ctx context.Context, project string, request api.PromoteRequest) (api.Deployment, error) {
	return post[api.Deployment](ctx, c, request, "projects", project, "deployments")
}

// Rollback asks, in the name of who signs, to take back what a project has in an environment.
func (c *Client) Rollback(ctx context.Context, project, environment string) (api.Deployment, error) {
	return post[api.Deployment](ctx, c, struct{}{}, "projects", project, "environments", environment, "rollback")
}

// Deployments returns a page of a project's deployments, those requested last first.
func (c *Client) Deployments(ctx context.Context, project string, p Page) (api.DeploymentList, error) {
	return get[api.DeploymentList](ctx, c, p.query(), "projects", project, "deployments")
}
