package step

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// A Previewer kind can tell what a step would change before it starts. It acts with the
// rights of the environment's deploy role.
type Previewer interface {
	Kind
	// Preview returns a line for each change that Start of the same attempt would make;
	// ready is false while that is being found out, and Preview is to be called again
	// some seconds later. The errors are those of Start.
	Preview(ctx context.Context, d Dependencies, w Work) (lines []string, ready bool, err error)
}

// Preview implements [Previewer]. It makes the change set that Start of the same attempt
// then executes, unless other parameters or another package are asked for by then. When
// the stack has changed meanwhile, the attempt fails as ChangeSetObsolete: what was shown
// is not what would be done.
func (cloudFormation) Preview(ctx context.Context, d Dependencies, w Work) (lines []string, ready bool, err error) {
	s, err := newStackStep(ctx, d, w)
	if err != nil {
		return nil, false, err
	}
	switch s.parameters.Action {
	case deleteStack:
		return []string{"Delete stack " + s.parameters.Stack}, true, nil
	case detectDrift:
		return nil, true, nil
	}
	id, err := s.changeSet(ctx)
	if err != nil {
		return nil, false, err
	}
	set, err := s.describeChangeSet(ctx, id, "")
	if err != nil || set == nil {
		return nil, false, err
	}
	switch {
	case set.unchanged():
		// Kept, it would still find nothing to change when the step starts.
		return nil, true, s.deleteChangeSet(ctx, id)
	case set.Status == types.ChangeSetStatusFailed:
		return nil, false, permanent("ChangeSetFailed", "the change set of stack %s can't be made: %s", s.parameters.Stack, aws.ToString(set.StatusReason))
	}
	return set.lines(), set.Status == types.ChangeSetStatusCreateComplete, nil
}
