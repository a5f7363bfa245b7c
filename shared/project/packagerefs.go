package project

import (
	"slices"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
	"slipway/shared/step"
)

// checkPackages reports packages that the step n names and can't have.
func (r *reader) checkPackages(n *document.Node, refs step.References, in scope) {
	for _, name := range slices.Concat(refs.Packages, refs.Images, refs.Artifacts) {
		at := locateText(n, name).Position
		i := slices.IndexFunc(in.packages, func(ref pipeline.PackageReference) bool { return ref.Name == name })
		switch {
		case in.runbook:
			r.problems.Add(at, "let the step do without it, or run it in the deployment process",
				"package %q: a runbook has no release, and so no packages", name)
		case i < 0:
			names := pipeline.Project{Packages: in.packages}.PackageNames()
			r.problems.Add(at, document.Choice(name, names, "the packages here are"), "package %q is not in this file", name)
		case in.packages[i].Feed == pipeline.FeedECR && slices.Contains(refs.Packages, name):
			r.problems.Add(at, "name a package of the feed s3; scripts find the image's address in "+step.ImageVariable(name),
				"package %q is an image, and this step reads files", name)
		case in.packages[i].Feed != pipeline.FeedECR && slices.Contains(refs.Images, name):
			r.problems.Add(at, "name a package of the feed ecr", "package %q is no image, and this step needs one", name)
		}
	}
}
