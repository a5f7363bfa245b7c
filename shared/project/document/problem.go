package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"slipway/shared/pipeline"
)

// A Position is a place in a document: a line and a column, both counted from 1,
// columns in characters.
type Position struct{ Line, Column int }

// A Problem is something in a document that keeps it from being accepted.
type Problem struct {
	Line, Column int
	Message      string // names the thing and what is wrong with it
	Remedy       string // what would be right; empty when the message says it
}

// String returns the problem as "LINE:COLUMN: message; remedy".
func (p Problem) String() string {
	text := fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message)
	if p.Remedy != "" {
		text += "; " + p.Remedy
	}
	return text
}

// Problems is everything that keeps a document from being accepted, in the
// order of the document. As an error it is a [pipeline.ErrInvalid].
type Problems []Problem

// Error returns the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Is makes every Problems match [pipeline.ErrInvalid] in errors.Is.
func (p Problems) Is(target error) bool { return target == pipeline.ErrInvalid }

// Add appends a problem at a position.
func (p *Problems) Add(at Position, remedy, message string, args ...any) {
	*p = append(*p, Problem{Line: at.Line, Column: at.Column, Message: fmt.Sprintf(message, args...), Remedy: remedy})
}

// AddRule appends what err, an error of a rule of the domain, says. The domain's
// errors read "what is wrong; what would be right: invalid".
func (p *Problems) AddRule(at Position, remedy string, err error) {
	message := strings.TrimSuffix(err.Error(), ": "+pipeline.ErrInvalid.Error())
	if before, after, found := strings.Cut(message, "; "); found && remedy == "" {
		message, remedy = before, after
	}
	p.Add(at, remedy, "%s", message)
}

// Join returns p with those of the others that stand where p has none, so that
// no place is complained about by both; the result is sorted and repeats nothing.
func (p Problems) Join(others Problems) Problems {
	taken := make(map[Position]bool, len(p))
	for _, problem := range p {
		taken[Position{problem.Line, problem.Column}] = true
	}
	joined := slices.Clone(p)
	for _, problem := range others {
		if !taken[Position{problem.Line, problem.Column}] {
			joined = append(joined, problem)
		}
	}
	slices.SortStableFunc(joined, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(joined)
}

// MaxProblems is how many problems of a document are told; a person mends them in
// rounds, and an event that holds them must stay small.
const MaxProblems = 100

// Err returns p as an error, or nil when there is no problem. Of more than
// [MaxProblems] it holds the first, and how many there are beside them.
func (p Problems) Err() error {
	switch {
	case len(p) == 0:
		return nil
	case len(p) <= MaxProblems:
		return p
	}
	rest := p[MaxProblems]
	rest.Message, rest.Remedy = fmt.Sprintf("from here on there are %d more problems", len(p)-MaxProblems), "mend those above first"
	return append(p[:MaxProblems:MaxProblems], rest)
}
