package client

import (
	"context"
	"net/http"

	"slipway/functions/api"
)

// Apply puts a project file into force. The [*Error] of a file that is refused has
// its problems.
func (c *Client) Apply(ctx context.Context, project string, source []byte) (api.Applied, error) {
	return decode[api.Applied](c.call(ctx, http.MethodPut, c.address("projects", project), source))
}

// Projects returns a page of the names of projects.
func (c *Client) Projects(ctx context.Context, p Page) (api.ProjectList, error) {
	return get[api.ProjectList](ctx, c, p.query(), "projects")
}

// Status returns where a project stands in all its environments.
func (c *Client) Status(ctx context.Context, project string) (api.Status, error) {
	return get[api.Status](ctx, c, nil, "projects", project, "status")
}
