package pipeline_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"slipway/shared/pipeline"
)

func TestVersionsAreStrictlySemVer(t *testing.T) {
	for _, text := range []string{"0.0.0", "1.4.0", "10.20.30", "1.4.0-beta.2", "1.0.0-0", "1.0.0-alpha-1", "1.0.0+build.5", "1.0.0-rc.1+sha.9fceb02"} {
		v, err := pipeline.ParseVersion(text)
		if err != nil || v.String() != text {
			t.Errorf("ParseVersion(%q) = %q, %v", text, v, err)
		}
	}
	for _, text := range []string{"", "1", "1.4", "v1.4.0", "1.4.0.0", "01.4.0", "1.4.0-", "1.4.0-beta..2", "1.4.0-01", "1.4.0+", " 1.4.0", "1.4.0 ",
		"1.4.x", "latest", "1.4.0-ä", "1.4.0/..", "1.4.0-" + strings.Repeat("a", pipeline.MaxVersion)} {
		_, err := pipeline.ParseVersion(text)
		wantError(t, "ParseVersion("+text+")", err, pipeline.ErrInvalid)
	}
}

func TestVersionsAreOrderedBySemVerPrecedence(t *testing.T) {
	// The order is that of the example in item 11 of semver.org.
	ordered := []string{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"}
	for i := range ordered {
		for j := range ordered {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := pipeline.MustVersion(ordered[i]).Compare(pipeline.MustVersion(ordered[j])); got != want {
				t.Errorf("%s against %s: %d, want %d", ordered[i], ordered[j], got, want)
			}
		}
	}
}

func TestVersionsThatDifferInBuildMetadataAreTwoVersions(t *testing.T) {
	a, b := pipeline.MustVersion("1.0.0+a"), pipeline.MustVersion("1.0.0+b")
	if a.Equal(b) || a.Compare(b) != 0 {
		t.Errorf("Equal %t, Compare %d; want two versions of the same precedence", a.Equal(b), a.Compare(b))
	}
}

func TestVersionsSurviveJSON(t *testing.T) {
	data, err := json.Marshal(pipeline.MustVersion("1.4.0-beta.2+x"))
	must(t, err)
	var v pipeline.Version
	if err := json.Unmarshal(data, &v); err != nil || v.String() != "1.4.0-beta.2+x" || v.Prerelease() != "beta.2" {
		t.Errorf("%s became %q, %v", data, v, err)
	}
	wantError(t, "a version that is none", json.Unmarshal([]byte(`"1.4"`), &v), pipeline.ErrInvalid)
	if json.Unmarshal([]byte(`14`), &v) == nil {
		t.Error("a number became a version")
	}
}

func TestMustVersionPanicsForWhatIsNoVersion(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it did not")
		}
	}()
	pipeline.MustVersion("1.4")
}

// official is the regular expression that semver.org suggests.
var official = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$`)

// representable tells whether the numbers of text, a version, are of a size that can be compared.
func representable(text string) bool {
	core, _, _ := strings.Cut(text, "+")
	core, _, _ = strings.Cut(core, "-")
	for _, part := range strings.Split(core, ".") {
		if _, err := strconv.ParseUint(part, 10, 64); err != nil {
			return false
		}
	}
	return true
}

// FuzzParseVersion holds the parser against semver.org's own grammar.
func FuzzParseVersion(f *testing.F) {
	for _, text := range []string{"1.4.0", "1.4.0-beta.2", "1.4.0+b", "v1.4.0", "1.4.0-01", "1.4.0-0a", "99999999999999999999.0.0", "1.0.0-99999999999999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := pipeline.ParseVersion(text)
		want := official.MatchString(text) && len(text) <= pipeline.MaxVersion && representable(text)
		if (err == nil) != want {
			t.Errorf("ParseVersion(%q): error %v, but semver.org's grammar says %t", text, err, want)
		}
		if err == nil && v.String() != text {
			t.Errorf("ParseVersion(%q) reads %q", text, v)
		}
	})
}
