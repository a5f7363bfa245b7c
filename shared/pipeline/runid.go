package pipeline

import (
	"fmt"
	"regexp"
	"strconv"
)

// A RunID names a run: number Number of the runs of a project's runbook, in all
// environments. Its text is the name of its Step Functions execution, such as
// "storefront_nightly-backup_17".
type RunID struct {
	Project string
	Runbook string
	Number  int // from 1
}

var runIDPattern = regexp.MustCompile(`^([a-z0-9-]{1,30})_([a-z0-9-]{1,30})_([1-9][0-9]{0,8})$`)

// ParseRunID returns [ErrInvalid] unless text is what [RunID.String] writes.
func ParseRunID(text string) (RunID, error) {
	m := runIDPattern.FindStringSubmatch(text)
	if m == nil {
		return RunID{}, fmt.Errorf("run %q: an id looks like storefront_nightly-backup_17: %w", text, ErrInvalid)
	}
	id := RunID{Project: m[1], Runbook: m[2]}
	id.Number, _ = strconv.Atoi(m[3]) // the pattern admits only numbers that fit
	return id, nil
}

// String returns the text form; "" for the zero id.
func (id RunID) String() string {
	if id == (RunID{}) {
		return ""
	}
	return fmt.Sprintf("%s_%s_%d", id.Project, id.Runbook, id.Number)
}

// MarshalText implements [encoding.TextMarshaler].
func (id RunID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]; empty text is the zero id.
func (id *RunID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = RunID{}
		return nil
	}
	parsed, err := ParseRunID(string(text))
	if err == nil {
		*id = parsed
	}
	return err
}
