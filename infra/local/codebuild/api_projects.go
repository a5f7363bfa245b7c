package codebuild

import (
	"slipway/infra/local/store"
)

type listProjectsInput struct {
	SortBy    string `json:"sortBy"`
	SortOrder string `json:"sortOrder"`
	NextToken string `json:"nextToken"`
}

type listProjectsOutput struct {
	Projects  []string `json:"projects"`
	NextToken string   `json:"nextToken,omitempty"`
}

// listProjects lists by name; the token is the name that the next page starts with.
func (e *Engine) listProjects(in listProjectsInput) (any, error) {
	if in.SortBy != "" && in.SortBy != "NAME" || in.SortOrder != "" && in.SortOrder != "ASCENDING" {
		return nil, invalidInput("sortBy %s in sortOrder %s is not built in this engine; only NAME in ASCENDING is", in.SortBy, in.SortOrder)
	}
	out := listProjectsOutput{Projects: []string{}}
	err := e.Store.View(func(tx store.Tx) error {
		for name := range tx.Scan(projectTable, []byte(in.NextToken)) {
			if len(out.Projects) == pageSize {
				out.NextToken = string(name)
				return nil
			}
			out.Projects = append(out.Projects, string(name))
		}
		return nil
	})
	return out, err
}

type batchGetProjectsInput struct {
	Names []string `json:"names"`
}

type batchGetProjectsOutput struct {
	Projects []projectJSON `json:"projects"`
	NotFound []string      `json:"projectsNotFound"`
}

func (e *Engine) batchGetProjects(in batchGetProjectsInput) (any, error) {
	if len(in.Names) == 0 || len(in.Names) > pageSize {
		return nil, invalidInput("Invalid names: %d of them, not 1 to %d", len(in.Names), pageSize)
	}
	out := batchGetProjectsOutput{Projects: []projectJSON{}, NotFound: []string{}}
	err := e.Store.View(func(tx store.Tx) error {
		for _, name := range in.Names {
			p, err := readProject(tx, name)
			switch {
			case err != nil:
				return err
			case p == nil:
				out.NotFound = append(out.NotFound, name)
			default:
				out.Projects = append(out.Projects, e.describeProject(*p))
			}
		}
		return nil
	})
	return out, err
}
