package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

//go:embed schemas/cloudformation.json
var cloudFormationSchema string

// cloudFormation creates, updates or deletes a stack, or looks whether it has drifted.
//
// A deployment has two parts: the change set, whose name is that of the attempt and what
// it asks for, so that it is made once; and its execution, whose request token is the
// attempt's, so that the stack's events tell which of them are its own. Nothing tells of
// the end of the first part, so it is looked at again after a few seconds; the others end
// by an event.
type cloudFormation struct{}

const cloudFormationKind = "cloudformation"

// Name implements [Kind].
func (cloudFormation) Name() string { return cloudFormationKind }

// Schema implements [Kind].
func (cloudFormation) Schema() []byte { return []byte(cloudFormationSchema) }

// References implements [Kind].
func (cloudFormation) References(with json.RawMessage) (References, error) {
	p, problem := parseCloudFormation(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: p.templates()}
	if p.Package != "" {
		refs.Packages = []string{p.Package}
	}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	if !strings.ContainsAny(p.Stack, "{}") {
		if problem := p.checkStack(); problem != nil {
			return References{}, problem
		}
	}
	return refs, nil
}

// A stackStep is one attempt at a step on a stack.
type stackStep struct {
	client     *cloudformation.Client
	region     string
	parameters cloudFormationParameters
	d          Dependencies
	w          Work
}

func newStackStep(ctx context.Context, d Dependencies, w Work) (stackStep, error) {
	p, problem := parseCloudFormation(w.With)
	if problem == nil {
		problem = p.checkResolved()
	}
	if problem != nil {
		return stackStep{}, problem.failure()
	}
	config, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return stackStep{}, err
	}
	return stackStep{client: cloudformation.NewFromConfig(config), region: config.Region, parameters: p, d: d, w: w}, nil
}

// Start implements [Kind]: the outcome is not done, unless there is nothing to delete.
func (cloudFormation) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	s, err := newStackStep(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	switch s.parameters.Action {
	case deleteStack:
		return s.delete(ctx)
	case detectDrift:
		return s.detectDrift(ctx)
	}
	set, err := s.changeSet(ctx)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Work: stackPart{kind: changeSetPart, id: set}.String()}, nil
}

// Check implements [Remote].
func (cloudFormation) Check(ctx context.Context, d Dependencies, w Work, name string) (Outcome, error) {
	s, err := newStackStep(ctx, d, w)
	if err != nil {
		return Outcome{}, err
	}
	part, err := parseStackPart(name)
	if err != nil {
		return Outcome{}, err
	}
	switch part.kind {
	case changeSetPart:
		return s.checkChangeSet(ctx, part)
	case driftPart:
		return s.checkDrift(ctx, part)
	}
	return s.checkOperation(ctx, part)
}

// Cancel implements [Remote]: a change set is deleted before it is executed, an update
// is rolled back. CloudFormation has no way to stop anything else.
func (cloudFormation) Cancel(ctx context.Context, d Dependencies, w Work, name string) error {
	s, err := newStackStep(ctx, d, w)
	if err != nil {
		return err
	}
	part, err := parseStackPart(name)
	if err != nil {
		return err
	}
	switch part.kind {
	case changeSetPart:
		return s.deleteChangeSet(ctx, part.id)
	case operationPart:
		return s.cancelUpdate(ctx, part.id)
	}
	fmt.Fprintf(w.Log, "a drift detection can't be stopped; that of stack %s ends by itself\n", s.parameters.Stack)
	return nil
}
