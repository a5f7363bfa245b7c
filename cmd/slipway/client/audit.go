package client

import (
	"context"

	"slipway/functions/api"
)

// Audit returns a page of a project's audit log, oldest first.
func (c *Client) Audit(ctx context.Context, project string, p Page) (api.AuditList, error) {
	return get[api.AuditList](ctx, c, p.query(), "projects", project, "audit")
}
