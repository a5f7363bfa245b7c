package local_test

import "strings"

// A projectFile is a project file of one package, named like the project.
type projectFile struct {
	name   string
	phases []string
	steps  []string
}

const (
	devPhase     = "{ phase: development, environments: [dev], deploy: automatic }"
	stagingPhase = "{ phase: acceptance, environments: [staging], deploy: automatic, soak: 30m }"
	livePhase    = "{ phase: live, environments: [production], deploy: automatic, " +
		"approval: { quorum: 1, approvers: [release-managers, developers], not: [requester, author], timeout: 720h } }"
	siteStep = `{ name: site, uses: s3-site, with: { package: NAME, bucket: storefront-site, prefix: "{project}/{environment}/" } }`
)

func (p projectFile) String() string {
	return strings.ReplaceAll(`project: NAME
packages:
  NAME: { feed: s3 }
channels:
  - { name: stable, versions: ">=1.0.0", prerelease: none, lifecycle: default }
lifecycles:
  default:
    - `+strings.Join(p.phases, "\n    - ")+`
process:
  - `+strings.Join(p.steps, "\n  - ")+"\n", "NAME", p.name)
}

// threePhases is a project that publishes a site to dev, staging and, after
// approval, production.
func threePhases(name string) projectFile {
	return projectFile{name, []string{devPhase, stagingPhase, livePhase}, []string{siteStep}}
}

// twoPhases is like threePhases, with production straight after dev.
func twoPhases(name string) projectFile {
	return projectFile{name, []string{strings.Replace(devPhase, " }", ", soak: 30m }", 1), livePhase}, []string{siteStep}}
}

// scriptStep is a step that runs a line of shell; more are further settings of it.
func scriptStep(name, line string, more ...string) string {
	return "{ " + strings.Join(append([]string{"name: " + name, "uses: script", "run: '" + line + "'", "timeout: 1m"}, more...), ", ") + " }"
}

// site is the files of a version of a site.
func site(version string) map[string]string {
	return map[string]string{"index.html": "<h1>" + version + "</h1>\n", "assets/app.js": "const version = '" + version + "'\n"}
}
