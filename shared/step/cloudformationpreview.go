package step

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// A Previewer kind can tell what a step would change before it starts. It acts with the
// rights of the environment's deploy role.
type Previewer interface {
	Kind
	// Subject names what a step with these parameters changes, such as a stack; "" when
	// it changes nothing. Of two steps of a process with one subject, only the first can
	// be previewed.
	Subject(with json.RawMessage) string
	// Preview returns a line for each change that Start of the same attempt would make,
	// and at least one; ready is false while that is being found out, and Preview is to
	// be called again some seconds later. The errors are those of Start.
	Preview(ctx context.Context, d Dependencies, w Work) (lines []string, ready bool, err error)
}

// Previews tells whether the named kind is a [Previewer].
func Previews(kind string) bool {
	k, _ := Lookup(kind)
	_, ok := k.(Previewer)
	return ok
}

// Subject implements [Previewer]: a stack, by its name.
func (cloudFormation) Subject(with json.RawMessage) string {
	p, problem := parseCloudFormation(with)
	if problem != nil || p.Action == detectDrift {
		return ""
	}
	return p.Stack
}

// Preview implements [Previewer]. It makes the change set that Start of the same attempt
// then executes, unless other parameters or another package are asked for by then. One
// that has become obsolete, because the stack has changed since, is made anew.
func (cloudFormation) Preview(ctx context.Context, d Dependencies, w Work) (lines []string, ready bool, err error) {
	s, err := newStackStep(ctx, d, w)
	if err != nil {
		return nil, false, err
	}
	switch s.parameters.Action {
	case deleteStack:
		return []string{"Delete stack " + s.parameters.Stack}, true, nil
	case detectDrift:
		return []string{"Look whether stack " + s.parameters.Stack + " has drifted, and change nothing"}, true, nil
	}
	id, err := s.changeSet(ctx)
	if err != nil {
		return nil, false, err
	}
	set, err := s.describeChangeSet(ctx, id, s.parameters.Stack)
	if err != nil || set == nil {
		return nil, false, err
	}
	switch {
	case set.unchanged():
		// Kept, it would still find nothing to change when the step starts.
		deleted, err := s.discard(ctx, id)
		return s.shown(set), deleted, err
	case set.Status == types.ChangeSetStatusFailed:
		// The deployment ends by it: nothing would delete it later.
		if deleted, err := s.discard(ctx, id); err != nil || !deleted {
			return nil, false, err
		}
		return nil, false, permanent("ChangeSetFailed", "the change set of stack %s can't be made: %s", s.parameters.Stack, aws.ToString(set.StatusReason))
	case set.ExecutionStatus == types.ExecutionStatusObsolete:
		_, err := s.discard(ctx, id)
		return nil, false, err
	case set.Status != types.ChangeSetStatusCreateComplete:
		return nil, false, nil
	}
	return s.shown(set), true, nil
}

// discard deletes a change set that is of no use any more. While somebody changes the
// stack, CloudFormation may not let it be deleted.
func (s stackStep) discard(ctx context.Context, id string) (deleted bool, err error) {
	err = s.deleteChangeSet(ctx, id)
	var busy *types.InvalidChangeSetStatusException
	if errors.As(err, &busy) {
		return false, nil
	}
	return err == nil, err
}

// shown returns the lines that a plan shows of the change set.
func (s stackStep) shown(set *changeSet) []string {
	if lines := set.lines(); len(lines) > 0 {
		return lines
	}
	if set.unchanged() {
		return []string{"Nothing to change in stack " + s.parameters.Stack}
	}
	return []string{"No resource of stack " + s.parameters.Stack + " changes, but its outputs, tags or other properties of its own"}
}
