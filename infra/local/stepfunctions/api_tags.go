package stepfunctions

import (
	"maps"
	"slices"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type listTagsInput struct {
	ResourceARN string `json:"resourceArn"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type listTagsOutput struct {
	Tags []tag `json:"tags"`
}

// listTagsForResource tells the tags of a state machine, sorted by key.
func (e *Engine) listTagsForResource(in listTagsInput) (out listTagsOutput, err error) {
	out.Tags = []tag{}
	return out, e.Store.View(func(tx store.Tx) error {
		m, err := e.machineAt(tx, in.ResourceARN)
		if refusal, is := err.(*awsjson.Error); is && refusal.Code == "StateMachineDoesNotExist" {
			return awsjson.Errorf("ResourceNotFound", "Resource not found: '%s'", in.ResourceARN)
		}
		if err != nil {
			return err
		}
		for _, key := range slices.Sorted(maps.Keys(m.Tags)) {
			out.Tags = append(out.Tags, tag{key, m.Tags[key]})
		}
		return nil
	})
}
