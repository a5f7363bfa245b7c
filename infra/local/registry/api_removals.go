package registry

import "slipway/infra/local/store"

type batchDeleteImageInput struct {
	address
	ImageIDs []imageID `json:"imageIds"`
}

type batchDeleteImageOutput struct {
	ImageIDs []imageID      `json:"imageIds"`
	Failures []imageFailure `json:"failures"`
}

// batchDeleteImage removes images, or tags of them, one after the other. What can't be
// removed holds up nothing else.
func (e *Engine) batchDeleteImage(in batchDeleteImageInput) (any, error) {
	if len(in.ImageIDs) < 1 || len(in.ImageIDs) > maxNames {
		return nil, invalidParameter("Invalid parameter at 'imageIds' failed to satisfy constraint: 'must have 1 to %d members'", maxNames)
	}
	var out batchDeleteImageOutput
	err := e.Store.Update(func(tx store.Tx) error {
		out = batchDeleteImageOutput{ImageIDs: []imageID{}, Failures: []imageFailure{}}
		r, err := e.find(tx, in.address)
		if err != nil {
			return err
		}
		for _, id := range in.ImageIDs {
			gone, failure, err := id.remove(tx, r.Name)
			switch {
			case err != nil:
				return err
			case failure != nil:
				out.Failures = append(out.Failures, *failure)
			}
			out.ImageIDs = append(out.ImageIDs, gone...)
		}
		return nil
	})
	return out, err
}
