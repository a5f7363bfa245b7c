package project

import (
	"cmp"
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// packages reads the packages, sorted by name.
func (r *reader) packages(n *document.Node) []pipeline.PackageReference {
	var all []pipeline.PackageReference
	for _, f := range n.Pairs() {
		if err := pipeline.CheckPackageName(f.Name); err != nil {
			r.problems.AddRule(f.Position, "", err)
		}
		feed, _ := f.Value.Get("feed").String()
		if repository := f.Value.Get("repository"); repository != nil && feed == string(pipeline.FeedS3) {
			r.problems.Add(repository.Place, "remove it", "package %q: the feed s3 has no repositories", f.Name)
		}
		all = append(all, pipeline.PackageReference{Name: f.Name, Feed: pipeline.Feed(feed)})
	}
	slices.SortFunc(all, func(a, b pipeline.PackageReference) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
