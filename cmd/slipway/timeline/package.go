package timeline

import (
	"fmt"
	"strings"

	"slipway/events"
)

func packageRegistered(e events.PackageRegistered) string {
	return fmt.Sprintf("package %s %s registered, %s", e.Package, e.Version, short(e.Digest))
}

func packageRejected(e events.PackageRejected) string {
	if e.Repository != "" {
		return fmt.Sprintf("image %s:%s rejected: %s", e.Repository, e.Tag, e.Message)
	}
	return fmt.Sprintf("object %s rejected: %s", e.Key, e.Message)
}

func projectApplied(e events.ProjectApplied) string {
	return fmt.Sprintf("project %s applied, %s", e.Project, short(e.Document))
}

func projectRejected(e events.ProjectRejected) string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("project file %s rejected: %s", e.Key, strings.Join(texts, "; "))
}

func releaseCreated(e events.ReleaseCreated) string {
	return fmt.Sprintf("%s %s released to channel %s", e.Project, e.Release, e.Channel)
}
