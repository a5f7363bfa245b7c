package step

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// changeSetInterval is the time until a change set that is being made is looked at again.
const changeSetInterval = 5 * time.Second

// A changeSet is a change set with all its changes.
type changeSet struct {
	*cloudformation.DescribeChangeSetOutput
	changes []types.Change
}

// changeSetName names the change set of the attempt and what it asks for: one that was
// shown before the step starts is used again only if it is asked for the same.
func (s stackStep) changeSetName() string {
	hash := sha256.New()
	// Not With itself, which may be spaced and escaped in other ways when it was stored meanwhile.
	fmt.Fprintf(hash, "%s\n%q\n%s", attemptToken(s.w), fmt.Sprintf("%+v", s.parameters), s.w.Packages[s.parameters.Package].Digest)
	return ownPrefix + hex.EncodeToString(hash.Sum(nil))
}

// changeSet makes the attempt's change set, unless there is one, and returns its ARN.
func (s stackStep) changeSet(ctx context.Context) (string, error) {
	stack, err := s.stack(ctx, s.parameters.Stack)
	if err != nil {
		return "", err
	}
	action := types.ChangeSetTypeCreate
	if stack != nil {
		// An earlier call may have made it, and executed it since.
		if set, err := s.describeChangeSet(ctx, s.changeSetName(), aws.ToString(stack.StackId)); err != nil || set != nil {
			return aws.ToString(set.id()), err
		}
		if failure := undeployable(stack); failure != nil {
			return "", failure
		}
		if stack.StackStatus != types.StackStatusReviewInProgress {
			action = types.ChangeSetTypeUpdate
		}
	}
	return s.createChangeSet(ctx, action)
}

// id returns the change set's ARN, or nil.
func (c *changeSet) id() *string {
	if c == nil {
		return nil
	}
	return c.ChangeSetId
}

func (s stackStep) createChangeSet(ctx context.Context, action types.ChangeSetType) (string, error) {
	body, url, err := s.template(ctx)
	if err != nil {
		return "", err
	}
	name := s.changeSetName()
	// No ClientToken: the name is taken once, and one that was deleted may be made again.
	in := &cloudformation.CreateChangeSetInput{
		StackName: &s.parameters.Stack, ChangeSetName: &name, ChangeSetType: action,
		Description:  aws.String(fmt.Sprintf("%s, step %s, attempt %d", s.w.Execution, s.w.Step, s.w.Attempt)),
		TemplateBody: body, TemplateURL: url, RoleARN: optionalText(s.parameters.RoleARN),
	}
	for _, key := range slices.Sorted(maps.Keys(s.parameters.Parameters)) {
		in.Parameters = append(in.Parameters, types.Parameter{ParameterKey: &key, ParameterValue: aws.String(s.parameters.Parameters[key])})
	}
	for _, key := range slices.Sorted(maps.Keys(s.parameters.Tags)) {
		in.Tags = append(in.Tags, types.Tag{Key: &key, Value: aws.String(s.parameters.Tags[key])})
	}
	for _, c := range s.parameters.Capabilities {
		in.Capabilities = append(in.Capabilities, types.Capability(c))
	}
	made, err := s.client.CreateChangeSet(ctx, in)
	if err != nil {
		return "", s.explain(err, "create change set of")
	}
	fmt.Fprintf(s.w.Log, "change set %s of stack %s is being made\n", name, s.parameters.Stack)
	return aws.ToString(made.Id), nil
}

// optionalText returns nil for "".
func optionalText(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// describeChangeSet returns the change set with that ARN or name, of the stack with that
// ARN or name; nil when there is none. The stack is named beside an ARN too, as are those
// of requests that execute and delete change sets: IAM allows them by the stack.
func (s stackStep) describeChangeSet(ctx context.Context, name, stack string) (*changeSet, error) {
	in := &cloudformation.DescribeChangeSetInput{ChangeSetName: &name, StackName: &stack}
	var set *changeSet
	for {
		page, err := s.client.DescribeChangeSet(ctx, in)
		var gone *types.ChangeSetNotFoundException
		switch {
		case errors.As(err, &gone) || noSuchStack(err):
			return nil, nil
		case err != nil:
			return nil, s.explain(err, "describe change set of")
		case set == nil:
			set = &changeSet{DescribeChangeSetOutput: page}
		}
		set.changes = append(set.changes, page.Changes...)
		if in.NextToken = page.NextToken; in.NextToken == nil {
			return set, nil
		}
	}
}

// deleteChangeSet deletes the change set with that ARN, if it is there.
func (s stackStep) deleteChangeSet(ctx context.Context, id string) error {
	_, err := s.client.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{ChangeSetName: &id, StackName: &s.parameters.Stack})
	var gone *types.ChangeSetNotFoundException
	if err != nil && !errors.As(err, &gone) && !noSuchStack(err) {
		return s.explain(err, "delete change set of")
	}
	fmt.Fprintf(s.w.Log, "change set %s is deleted\n", id)
	return nil
}

// lines returns a line for each change.
func (c *changeSet) lines() []string {
	var lines []string
	for _, change := range c.changes {
		r := change.ResourceChange
		if r == nil {
			continue
		}
		line := fmt.Sprintf("%s %s (%s)", r.Action, aws.ToString(r.LogicalResourceId), aws.ToString(r.ResourceType))
		if id := aws.ToString(r.PhysicalResourceId); id != "" {
			line += " " + id
		}
		if r.Replacement == types.ReplacementTrue || r.Replacement == types.ReplacementConditional {
			line += ", replacement: " + strings.ToLower(string(r.Replacement))
		}
		lines = append(lines, line)
	}
	return lines
}

// unchanged tells whether a change set has failed because there is nothing to change;
// CloudFormation says so in words only.
func (c *changeSet) unchanged() bool {
	reason := aws.ToString(c.StatusReason)
	return c.Status == types.ChangeSetStatusFailed &&
		(strings.Contains(reason, "didn't contain changes") || strings.Contains(reason, "No updates are to be performed"))
}
