package step

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Machine is what a build runs on. Its zero value is the build project's own.
type Machine struct {
	// Image is a container image for 64-bit ARM: one of CodeBuild's own, or one that a
	// registry gives to everybody or to the build's role.
	Image   string `json:"image"`
	Compute string `json:"compute"` // one of the sizes; see [Machine.check]
}

// maxImage is the longest reference of an image, in bytes: that of a registry in ECR,
// a repository of 256 characters and a digest fit.
const maxImage = 400

// curated is what the names of CodeBuild's own images start with.
const curated = "aws/codebuild/"

var (
	// curatedImage is one of CodeBuild's own images for ARM, per "EC2 compute images"
	// in the CodeBuild User Guide.
	curatedImage = regexp.MustCompile(`^aws/codebuild/amazonlinux2?-aarch64-standard:[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	// taggedImage is a reference with a tag, a digest or both, per the grammar of the
	// distribution project.
	taggedImage = regexp.MustCompile(`^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*` +
		`(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$`)
)

// check returns what is wrong with m.
func (m Machine) check() *Problem {
	sizes := []string{"small", "medium", "large", "xlarge", "2xlarge"}
	switch {
	case m.Compute != "" && !slices.Contains(sizes, m.Compute):
		return &Problem{"compute", fmt.Sprintf("%q is not a size", m.Compute), "write one of " + strings.Join(sizes, ", ")}
	case m.Image == "":
		return nil
	case strings.HasPrefix(m.Image, curated) && !curatedImage.MatchString(m.Image):
		return &Problem{"image", fmt.Sprintf("%.100q is not one of CodeBuild's images for ARM", m.Image), "name one such as aws/codebuild/amazonlinux-aarch64-standard:3.0"}
	case len(m.Image) > maxImage || !taggedImage.MatchString(m.Image):
		return &Problem{"image", fmt.Sprintf("%.100q is not an image with a tag or a digest", m.Image), "name one such as public.ecr.aws/docker/library/node:24"}
	}
	return nil
}

// isCurated tells whether the image is one of CodeBuild's own.
func (m Machine) isCurated() bool { return strings.HasPrefix(m.Image, curated) }
