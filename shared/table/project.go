package table

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"slipway/shared/pipeline"
)

// document is the item of a project file.
type document struct {
	Source string `json:"source"`
}

// putProject returns the items of a project that takes effect: itself, its file,
// its place in the list of projects and in those of its packages and repositories.
func putProject(a pipeline.AppliedProject) ([]put, error) {
	name := a.Record.Name
	var all []put
	var failed error
	add := func(k key, noun any) {
		i, err := encode(k, noun)
		failed = errors.Join(failed, err)
		all = append(all, put{item: i})
	}
	add(projectKey(name), a.Record)
	add(documentKey(name, a.Record.Document), document{string(a.Source)})
	add(listedKey(name), struct{}{})
	for _, ref := range a.References {
		add(usedByKey(ref.Name, name), pipeline.PackageUse{Feed: ref.Feed, Repository: ref.Repository})
	}
	for _, s := range a.Record.Sources {
		add(sourceKey(s, name), s)
	}
	return all, failed
}

// forget takes a project out of the lists of the packages and repositories that it
// has dropped.
func (t *Table) forget(a *pipeline.AppliedProject) []types.TransactWriteItem {
	var keys []key
	for _, name := range a.Dropped {
		keys = append(keys, usedByKey(name, a.Record.Name))
	}
	for _, s := range a.Abandoned {
		keys = append(keys, sourceKey(s, a.Record.Name))
	}
	return t.deletions(keys)
}

func (t *Table) deletions(keys []key) []types.TransactWriteItem {
	var all []types.TransactWriteItem
	for _, k := range keys {
		all = append(all, types.TransactWriteItem{Delete: &types.Delete{TableName: &t.name, Key: k.attributes()}})
	}
	return all
}

// Project returns which project file is in force, or [pipeline.ErrNotFound].
func (t *Table) Project(ctx context.Context, name string) (pipeline.ProjectRecord, error) {
	var p pipeline.ProjectRecord
	err := t.get(ctx, projectKey(name), &p, "project %s", name)
	return p, err
}

// Document returns the source of a project file by its digest, or [pipeline.ErrNotFound].
func (t *Table) Document(ctx context.Context, project, digest string) ([]byte, error) {
	var d document
	err := t.getFrozen(ctx, documentKey(project, digest), &d, "project file %s of %s", digest, project)
	return []byte(d.Source), err
}

// Projects returns up to n names of projects after the given one, sorted.
func (t *Table) Projects(ctx context.Context, after string, n int) ([]string, error) {
	first := listedKey("")
	s := selection{pk: first.pk, prefix: first.sk}
	if after != "" {
		s.after = listedKey(after).sk + "\x00"
	}
	var names []string
	for i, err := range t.query(ctx, s) {
		if err != nil {
			return nil, err
		}
		if names = append(names, sortKey(i, first.sk)); len(names) == n {
			break
		}
	}
	return names, nil
}
