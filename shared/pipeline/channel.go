package pipeline

import (
	"fmt"
	"path"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A Channel is the rules for a kind of release: which versions fit it, and which
// lifecycle they take.
type Channel struct {
	Name       string
	Lifecycle  string
	versions   *semver.Constraints // nil: any
	prerelease string              // "": any, "none": none, else a glob over the whole pre-release tag
}

// NewChannel returns [ErrInvalid] when versions is not a SemVer range such as
// ">=1.0.0 <2.0.0" or prerelease is neither "", "none" nor a pattern such as
// "beta.*", in which '*' stands for any characters.
func NewChannel(name, versions, prerelease, lifecycle string) (Channel, error) {
	c := Channel{Name: name, Lifecycle: lifecycle, prerelease: prerelease}
	if versions != "" {
		parsed, err := semver.NewConstraint(versions)
		if err != nil {
			return Channel{}, fmt.Errorf("versions %q: %s; write a SemVer range such as \">=1.0.0 <2.0.0\": %w",
				versions, strings.ToLower(err.Error()), ErrInvalid)
		}
		// Which pre-releases a channel takes is said by its pre-release rule alone.
		parsed.IncludePrerelease = true
		c.versions = parsed
	}
	if _, err := path.Match(prerelease, ""); err != nil {
		return Channel{}, fmt.Errorf("prerelease %q: not a pattern; write \"none\" or a pattern such as \"beta.*\": %w", prerelease, ErrInvalid)
	}
	return c, nil
}

// Fits tells whether a release of v belongs into c.
func (c Channel) Fits(v Version) bool {
	return c.fitsPrerelease(v.Prerelease()) && (c.versions == nil || c.versions.Check(v.parsed))
}

func (c Channel) fitsPrerelease(tag string) bool {
	switch c.prerelease {
	case "":
		return true
	case "none":
		return tag == ""
	}
	matched, _ := path.Match(c.prerelease, tag) // NewChannel has checked the pattern
	return matched && tag != ""
}
