package table

import (
	"context"
	"encoding/json"
	"fmt"

	"slipway/events"
	"slipway/shared/pipeline"
)

func putPackage(p pipeline.Package) (put, error) {
	i, err := encode(packageKey(p.Name, p.Version), p)
	return put{item: i, condition: once}, err
}

// Package returns a version of a package, or [pipeline.ErrNotFound].
func (t *Table) Package(ctx context.Context, name string, v pipeline.Version) (pipeline.Package, error) {
	var p pipeline.Package
	err := t.get(ctx, packageKey(name, v), &p, "package %s %s", name, v)
	return p, err
}

// LatestPackage returns the version of a package that was registered last, or
// [pipeline.ErrNotFound] when none was.
func (t *Table) LatestPackage(ctx context.Context, name string) (pipeline.Package, error) {
	entries, err := t.latest(ctx, pipeline.PackageChain(name), events.PackageRegistered{}.Type(), 0, 1)
	if err != nil {
		return pipeline.Package{}, err
	}
	if len(entries) == 0 {
		return pipeline.Package{}, fmt.Errorf("a version of package %s: %w", name, pipeline.ErrNotFound)
	}
	var registered events.PackageRegistered
	if err := json.Unmarshal(entries[0].Detail, &registered); err != nil {
		return pipeline.Package{}, fmt.Errorf("decode audit record %s/%d: %w", entries[0].Chain, entries[0].Sequence, err)
	}
	v, err := pipeline.ParseVersion(registered.Version)
	if err != nil {
		return pipeline.Package{}, err
	}
	return t.Package(ctx, name, v)
}

// Uses returns which projects' releases contain a package, sorted by project.
func (t *Table) Uses(ctx context.Context, name string) ([]pipeline.PackageUse, error) {
	var all []pipeline.PackageUse
	prefix := usedByKey(name, "").sk
	for i, err := range t.query(ctx, selection{pk: packagePartition(name), prefix: prefix}) {
		if err != nil {
			return nil, err
		}
		use := pipeline.PackageUse{Project: sortKey(i, prefix)}
		if err := decode(i, &use); err != nil {
			return nil, err
		}
		all = append(all, use)
	}
	return all, nil
}

// Sources returns the packages whose versions are the images of a repository, sorted
// by name. Of a package that several projects take from it, Since is the earliest.
func (t *Table) Sources(ctx context.Context, repository string) ([]pipeline.Source, error) {
	var all []pipeline.Source
	for i, err := range t.query(ctx, selection{pk: repositoryPartition(repository), prefix: "PACKAGE#"}) {
		if err != nil {
			return nil, err
		}
		var s pipeline.Source
		if err := decode(i, &s); err != nil {
			return nil, err
		}
		switch last := len(all) - 1; {
		case last < 0 || all[last].Package != s.Package:
			all = append(all, s)
		case s.Since.Before(all[last].Since):
			all[last].Since = s.Since
		}
	}
	return all, nil
}

func putRejection(r pipeline.Rejection) (put, error) {
	i, err := encode(refusedKey(r.Location), r)
	return put{item: i}, err
}

// Rejection returns the refusal of that version of that object, or [pipeline.ErrNotFound].
func (t *Table) Rejection(ctx context.Context, l pipeline.Location) (pipeline.Rejection, error) {
	var r pipeline.Rejection
	err := t.get(ctx, refusedKey(l), &r, "rejection of s3://%s/%s", l.Bucket, l.Key)
	return r, err
}
