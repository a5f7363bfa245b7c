package table

import (
	"context"
	"errors"

	"slipway/shared/pipeline"
)

// putEnvironment refuses the write of a holder that has been succeeded, whatever it has read.
func putEnvironment(e pipeline.Environment) (put, error) {
	i, err := encode(environmentKey(e.Project, e.Name), e)
	return put{item: i, condition: "attribute_not_exists(pk) OR fence <= :fence", values: item{":fence": number(int64(e.Fence))}}, err
}

// Environment returns where a project stands in an environment; one in which
// nothing was ever deployed is free and empty.
func (t *Table) Environment(ctx context.Context, project, name string) (pipeline.Environment, error) {
	e := pipeline.Environment{Project: project, Name: name}
	err := t.get(ctx, environmentKey(project, name), &e, "environment %s of %s", name, project)
	if errors.Is(err, pipeline.ErrNotFound) {
		return e, nil
	}
	return e, err
}
