package planning

import (
	"context"
	"slices"

	"slipway/shared/gate"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// Previewed returns the steps of p whose changes can be told before they start. A step
// is none of them when an earlier one changes the same: what it would change depends on
// what that one leaves.
func Previewed(p pipeline.Plan) []pipeline.PlannedStep {
	var all []pipeline.PlannedStep
	changed := map[string]bool{}
	for _, s := range p.Steps {
		kind, _ := step.Lookup(s.Kind)
		previewer, ok := kind.(step.Previewer)
		if !ok {
			continue
		}
		subject := previewer.Subject(s.With)
		if subject != "" && changed[s.Kind+" "+subject] {
			continue
		}
		changed[s.Kind+" "+subject] = true
		all = append(all, s)
	}
	return all
}

// WithPreviews returns p with the previews of its steps, by the steps' names; a step
// that isn't among them has none. The hash and the verdicts are those of the plan that
// shows them.
func (p Proposal) WithPreviews(previews map[string][]string) (Proposal, error) {
	p.Plan.Steps = slices.Clone(p.Plan.Steps)
	for i, s := range p.Plan.Steps {
		p.Plan.Steps[i].Preview = previews[s.Name]
	}
	hash, err := p.Plan.Hash()
	if err != nil {
		return Proposal{}, err
	}
	p.Hash, p.Verdicts = hash, gate.Judge(p.situation, hash)
	return p, nil
}

// Previewed returns p with the previews of the kept plan with that hash, so that they
// stand as they were shown while all else is as it is now. A plan whose steps have no
// previews is returned as it is, without a look at the kept one; so is any plan when
// hash is "".
func (s *Plans) Previewed(ctx context.Context, p Proposal, hash string) (Proposal, error) {
	if hash == "" || len(Previewed(p.Plan)) == 0 {
		return p, nil
	}
	kept, err := s.Read(ctx, hash)
	if err != nil {
		return Proposal{}, err
	}
	previews := map[string][]string{}
	for _, planned := range kept.Steps {
		previews[planned.Name] = planned.Preview
	}
	return p.WithPreviews(previews)
}
