package pipeline

import (
	"fmt"
	"regexp"
)

// MaxName is the longest name of a project or an environment, in bytes; two of
// them and two numbers fit a Step Functions execution name (80 characters).
const MaxName = 30

var (
	namePattern    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	packagePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
)

// CheckName returns [ErrInvalid] unless name can name a project or an
// environment: lower-case letters and digits, in groups joined by single
// hyphens, a letter first, at most [MaxName] bytes. The noun goes into the message.
func CheckName(noun, name string) error {
	if len(name) > MaxName || !namePattern.MatchString(name) {
		return fmt.Errorf("%s %q: a name is lower-case letters, digits and single hyphens, starts with a letter and has at most %d characters: %w",
			noun, name, MaxName, ErrInvalid)
	}
	return nil
}

// CheckPackageName returns [ErrInvalid] unless name can name a package:
// lower-case letters, digits, dots, hyphens and underscores, a letter or digit
// first, at most 64 bytes.
func CheckPackageName(name string) error {
	if !packagePattern.MatchString(name) {
		return fmt.Errorf("package %q: a name is lower-case letters, digits, '.', '-' and '_', starts with a letter or a digit and has at most 64 characters: %w",
			name, ErrInvalid)
	}
	return nil
}
