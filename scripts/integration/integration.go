// Package integration is what the tests share that hold the adapters of AWS's services
// against an independent emulator: where the emulator is, and how it is told what was
// held of an adapter and what the emulator lacks for that.
package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Page is the page that lists what the emulator lacks, as seen from a package in shared.
const Page = "../../docs/integration.md"

// Configuration returns the SDK's configuration as the environment has it. It fails
// the test unless that names an endpoint, so that the tests never reach AWS itself.
func Configuration(t *testing.T) aws.Config {
	t.Helper()
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatalf("load AWS configuration: %v", err)
	}
	if c.BaseEndpoint == nil {
		t.Fatal("AWS_ENDPOINT_URL is not set, and the tests are not for AWS itself: run scripts/integration/run, which sets it")
	}
	c.HTTPClient = &http.Client{Transport: whole{}}
	return c
}

// A whole transport sends bodies that are its own. The SDK closes a request's body once
// the answer begins; where that comes at once, as from a server on the same machine,
// net/http may not have seen the body's end yet, and breaks off the answer.
type whole struct{}

// RoundTrip implements [http.RoundTripper].
func (whole) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return http.DefaultTransport.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err := errors.Join(err, r.Body.Close()); err != nil {
		return nil, err
	}
	own := r.Clone(r.Context())
	own.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultTransport.RoundTrip(own)
}

// Name returns the name of the test as the services take it for a bucket, a table or a
// queue: at most 40 letters, digits and hyphens.
func Name(t *testing.T) string {
	t.Helper()
	words := strings.FieldsFunc(strings.ToLower(t.Name()), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	name := strings.Join(words[1:], "-") // the first is that of every test function
	return strings.Trim(name[:min(len(name), 40)], "-")
}

// A Claim is one thing that is held of an adapter, or of the emulator, in a few words.
type Claim struct {
	Says string
	Hold func(t *testing.T)
}

// A Suite is what is held of one subject: an adapter or a step kind.
type Suite struct {
	Subject string
	Holds   []Claim // of the subject
	// Gaps are what the emulator lacks or does otherwise than AWS documents. Each holds
	// as long as that is so, and is a row of [Page] under the subject.
	Gaps []Claim
}

// Run holds everything in s and tells it on stdout in one line, unless something fails.
func (s Suite) Run(t *testing.T) {
	for _, c := range slices.Concat(s.Holds, s.Gaps) {
		t.Run(c.Says, c.Hold)
	}
	s.compare(t)
	held := strings.Join(says(s.Holds), ", ") + ": passed"
	if len(s.Holds) == 0 {
		held = "nothing, as the emulator has nothing of it"
	}
	if !t.Failed() {
		fmt.Printf("integration: %s: %s; gaps of the emulator: %d\n", s.Subject, held, len(s.Gaps))
	}
}

// compare holds that the page lists the gaps of s, each once, and no others.
func (s Suite) compare(t *testing.T) {
	text, err := os.ReadFile(Page)
	if err != nil {
		t.Fatal(err)
	}
	listed, gaps := s.rows(string(text)), slices.Sorted(slices.Values(says(s.Gaps)))
	if !slices.Equal(listed, gaps) {
		t.Errorf("of %s, docs/integration.md lists the gaps %q; the tests hold %q", s.Subject, listed, gaps)
	}
}

// rows returns the second cells of the rows in page's section of gaps whose first cell
// is the subject, sorted.
func (s Suite) rows(page string) []string {
	_, section, _ := strings.Cut(page, "\n## Gaps\n")
	var all []string
	for line := range strings.Lines(section) {
		if rest, ok := strings.CutPrefix(line, "| `"+s.Subject+"` | "); ok {
			gap, _, _ := strings.Cut(rest, " | ")
			all = append(all, gap)
		}
	}
	slices.Sort(all)
	return all
}

func says(claims []Claim) []string {
	all := make([]string, len(claims))
	for i, c := range claims {
		all[i] = c.Says
	}
	return all
}
