package api

import (
	"net/http"
	"strconv"

	"slipway/shared/pipeline"
)

// An AuditList is a page of a project's audit log, oldest first. The records are as
// they were written, so that whoever reads them can verify their chain.
type AuditList struct {
	Records []pipeline.AuditEntry `json:"records"`
	Cursor  string                `json:"cursor"`
}

func (a *API) audit(r *http.Request) (any, error) {
	n, after, err := listed(r)
	if err != nil {
		return nil, err
	}
	project := r.PathValue("project")
	if _, err := a.Store.Project(r.Context(), project); err != nil {
		return nil, err
	}
	records, err := a.Store.Audit(r.Context(), pipeline.ProjectChain(project), after, n)
	if err != nil {
		return nil, err
	}
	list := AuditList{Records: append([]pipeline.AuditEntry{}, records...)}
	if len(records) == n {
		list.Cursor = strconv.Itoa(records[n-1].Sequence)
	}
	return list, nil
}
