package project

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"slipway/shared/pipeline"
	"slipway/shared/project/document"
)

// The limits and defaults of the durations in a project file.
const (
	day                    = 24 * time.Hour
	MaxSoak                = 365 * day
	MaxStepTimeout         = 8 * time.Hour
	MaxApprovalTimeout     = 365 * day
	DefaultStepTimeout     = 10 * time.Minute
	DefaultApprovalTimeout = 72 * time.Hour
)

var durationPattern = regexp.MustCompile(`^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$`)

// ParseDuration parses a duration such as "30m", "72h", "7d" or "1h30m": numbers
// with the units d, h, m and s, each at most once, the largest first; a day has 24
// hours. It returns [pipeline.ErrInvalid] for other texts, for zero and for more
// than longest.
func ParseDuration(text string, longest time.Duration) (time.Duration, error) {
	parts := durationPattern.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return 0, fmt.Errorf("%q is not a duration; write numbers with the units d, h, m and s, the largest first, such as 30m, 72h, 7d or 1h30m: %w",
			text, pipeline.ErrInvalid)
	}
	units := []time.Duration{day, time.Hour, time.Minute, time.Second}
	var total time.Duration
	for i, unit := range units {
		if parts[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(parts[i+1])
		if err != nil || time.Duration(n) > longest/unit {
			return 0, tooLong(text, longest)
		}
		total += time.Duration(n) * unit
	}
	switch {
	case total == 0:
		return 0, fmt.Errorf("%q is no time at all; write a positive duration such as 30m: %w", text, pipeline.ErrInvalid)
	case total > longest:
		return 0, tooLong(text, longest)
	}
	return total, nil
}

func tooLong(text string, longest time.Duration) error {
	return fmt.Errorf("%q is too long; write at most %s: %w", text, formatDuration(longest), pipeline.ErrInvalid)
}

// formatDuration writes a whole number of hours or of days.
func formatDuration(d time.Duration) string {
	if d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return fmt.Sprintf("%dh", d/time.Hour)
}

// duration reads the duration under a key of n, or returns the one for its absence.
func (r *reader) duration(n *document.Node, key string, longest, absent time.Duration) time.Duration {
	value := n.Get(key)
	text, ok := value.String()
	if !ok {
		return absent
	}
	d, err := ParseDuration(text, longest)
	if err != nil {
		r.problems.AddRule(value.Position, "", fmt.Errorf("%q: %w", key, err))
	}
	return d
}
