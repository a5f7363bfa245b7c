package table

import (
	"context"

	"slipway/shared/pipeline"
)

// numbered is the item that says which release has a version.
type numbered struct {
	Number int `json:"number"`
}

func putRelease(r pipeline.Release) (put, error) {
	i, err := encode(releaseKey(r.Project, r.Number), r)
	return put{item: i, condition: once}, err
}

func putVersion(r pipeline.Release) (put, error) {
	i, err := encode(versionKey(r.Project, r.Version), numbered{r.Number})
	return put{item: i, condition: once}, err
}

// Release returns a release by its number, or [pipeline.ErrNotFound].
func (t *Table) Release(ctx context.Context, project string, number int) (pipeline.Release, error) {
	var r pipeline.Release
	err := t.getFrozen(ctx, releaseKey(project, number), &r, "release number %d of %s", number, project)
	return r, err
}

// ReleaseOf returns a release by its version, or [pipeline.ErrNotFound].
func (t *Table) ReleaseOf(ctx context.Context, project string, v pipeline.Version) (pipeline.Release, error) {
	var n numbered
	if err := t.get(ctx, versionKey(project, v), &n, "release %s of %s", v, project); err != nil {
		return pipeline.Release{}, err
	}
	return t.Release(ctx, project, n.Number)
}

// Releases returns up to n releases of a project with numbers below the given one
// (0: from the newest), newest first.
func (t *Table) Releases(ctx context.Context, project string, below, n int) ([]pipeline.Release, error) {
	s := selection{pk: projectPartition(project), prefix: "RELEASE#", backward: true, limit: int32(n)}
	if below == 1 {
		return nil, nil
	}
	if below > 0 {
		s.before = releaseKey(project, below-1).sk
	}
	return collect[pipeline.Release](t.query(ctx, s), n)
}
