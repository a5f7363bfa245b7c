package pipeline

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// MaxVersion is the longest version, in bytes.
const MaxVersion = 128

// A Version is a Semantic Version 2.0.0; the zero Version is none.
type Version struct{ parsed *semver.Version }

// ParseVersion parses text strictly, per semver.org: three numbers, no leading
// "v". It returns [ErrInvalid] otherwise.
func ParseVersion(text string) (Version, error) {
	v, err := semver.StrictNewVersion(text)
	switch {
	case err != nil:
		return Version{}, fmt.Errorf("version %q: %s; write MAJOR.MINOR.PATCH such as 1.4.0 or 1.4.0-beta.2 (semver.org): %w",
			text, strings.ToLower(err.Error()), ErrInvalid)
	case len(text) > MaxVersion:
		return Version{}, fmt.Errorf("version %q: longer than %d characters: %w", text, MaxVersion, ErrInvalid)
	}
	return Version{v}, nil
}

// MustVersion parses text that is known to be a version and panics if it is not.
func MustVersion(text string) Version {
	v, err := ParseVersion(text)
	if err != nil {
		panic(err)
	}
	return v
}

// String returns the version as it was written, or "" for the zero Version.
func (v Version) String() string {
	if v.parsed == nil {
		return ""
	}
	return v.parsed.Original()
}

// Prerelease returns the dotted pre-release identifiers, or "" for a release proper.
func (v Version) Prerelease() string { return v.parsed.Prerelease() }

// Compare orders versions by SemVer precedence: -1, 0 or 1.
func (v Version) Compare(other Version) int { return v.parsed.Compare(other.parsed) }

// Equal tells whether both were written the same, build metadata included.
func (v Version) Equal(other Version) bool { return v.String() == other.String() }

// MarshalJSON writes the version as a string.
func (v Version) MarshalJSON() ([]byte, error) { return json.Marshal(v.String()) }

// UnmarshalJSON reads a string that [ParseVersion] accepts.
func (v *Version) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	parsed, err := ParseVersion(text)
	if err == nil {
		*v = parsed
	}
	return err
}
