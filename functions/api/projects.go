package api

import (
	"fmt"
	"io"
	"net/http"
	"strconv"

	"slipway/functions/applyproject"
	"slipway/shared/pipeline"
	"slipway/shared/project"
)

// page is how many elements a list returns unless the query's limit says otherwise.
const page = 20

// limit reads the query's limit, from 1 to 100.
func limit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return page, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 100 {
		return 0, fmt.Errorf("limit %q: want a number from 1 to 100: %w", text, pipeline.ErrInvalid)
	}
	return n, nil
}

// cursor reads the query's cursor, the number that the page before returned.
func cursor(r *http.Request) (int, error) {
	text := r.URL.Query().Get("cursor")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("cursor %q: want the cursor of the page before: %w", text, pipeline.ErrInvalid)
	}
	return n, nil
}

// listed reads the limit and the cursor of a list.
func listed(r *http.Request) (n, below int, err error) {
	if n, err = limit(r); err == nil {
		below, err = cursor(r)
	}
	return n, below, err
}

// A ProjectList is a page of the names of projects.
type ProjectList struct {
	Projects []string `json:"projects"`
	Cursor   string   `json:"cursor"`
}

func (a *API) listProjects(r *http.Request) (any, error) {
	n, err := limit(r)
	if err != nil {
		return nil, err
	}
	names, err := a.Store.Projects(r.Context(), r.URL.Query().Get("cursor"), n)
	if err != nil {
		return nil, err
	}
	list := ProjectList{Projects: append([]string{}, names...)}
	if len(names) == n {
		list.Cursor = names[n-1]
	}
	return list, nil
}

// Applied is the answer to a project file.
type Applied struct {
	Project  string `json:"project"`
	Document string `json:"document"` // digest of the file in force
}

func (a *API) apply(r *http.Request) (any, error) {
	by, err := caller(r)
	if err != nil {
		return nil, err
	}
	source, err := io.ReadAll(io.LimitReader(r.Body, project.MaxSource+1))
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	record, err := a.Applier.Apply(r.Context(), applyproject.File{Project: r.PathValue("project"), Source: source, By: by, At: a.Now()})
	if err != nil {
		return nil, err
	}
	return Applied{Project: record.Name, Document: record.Document}, nil
}
