package project

import (
	"cmp"
	"fmt"
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

// MaxPackages is the most packages of a project. A file that replaces all of them by
// as many others, with repositories, is written in one transaction of 100 items.
const MaxPackages = 24

// packages reads the packages, sorted by name.
func (r *reader) packages(n *document.Node) []pipeline.PackageReference {
	var all []pipeline.PackageReference
	if count := len(n.Pairs()); count > MaxPackages {
		r.problems.Add(n.Place, fmt.Sprintf("keep within %d: release apart what need not go together", MaxPackages), "the file has %d packages", count)
	}
	repositories, variables := map[string]string{}, map[string]string{}
	for _, f := range n.Pairs() {
		if err := pipeline.CheckPackageName(f.Name); err != nil {
			r.problems.AddRule(f.Position, "", err)
		}
		feed, _ := f.Value.Get("feed").String()
		ref := pipeline.PackageReference{Name: f.Name, Feed: pipeline.Feed(feed)}
		if ref.Feed == pipeline.FeedECR {
			ref.Repository = r.repository(f, repositories)
			r.imageVariable(f, variables)
		} else if repository := f.Value.Get("repository"); repository != nil && ref.Feed == pipeline.FeedS3 {
			r.problems.Add(repository.Place, "remove it", "package %q: the feed s3 has no repositories", f.Name)
		}
		all = append(all, ref)
	}
	slices.SortFunc(all, func(a, b pipeline.PackageReference) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// repository reads the repository of an image package; taken holds those of the
// packages before, by repository.
func (r *reader) repository(f document.Field, taken map[string]string) string {
	n := f.Value.Get("repository")
	name, ok := n.String()
	switch {
	case n == nil:
		r.problems.Add(f.Position, "write { feed: ecr, repository: REPOSITORY }", "package %q: the feed ecr needs a repository", f.Name)
	case !ok: // the schema tells, as of a name of another form
	case taken[name] != "":
		r.problems.Add(n.Position, "push each package to a repository of its own", "package %q: the repository %s is package %q's", f.Name, name, taken[name])
	default:
		taken[name] = f.Name
	}
	return name
}

// imageVariable reports an image package that scripts could not tell from another.
func (r *reader) imageVariable(f document.Field, taken map[string]string) {
	variable := step.ImageVariable(f.Name)
	if other := taken[variable]; other != "" {
		r.problems.Add(f.Position, "choose a name that differs in more than punctuation",
			"package %q: scripts find it in %s, as they do package %q", f.Name, variable, other)
	}
	taken[variable] = f.Name
}
