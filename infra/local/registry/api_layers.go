package registry

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

type downloadURLInput struct {
	address
	LayerDigest string `json:"layerDigest"`
}

type downloadURLOutput struct {
	DownloadURL string `json:"downloadUrl"`
	LayerDigest string `json:"layerDigest"`
}

// getDownloadURLForLayer tells where a layer, or the configuration of an image, can be
// fetched: here, from the registry itself.
func (e *Engine) getDownloadURLForLayer(in downloadURLInput) (any, error) {
	digest, err := v1.NewHash(in.LayerDigest)
	if err != nil {
		return nil, invalidParameter("Invalid parameter at 'layerDigest' failed to satisfy constraint: 'must be a digest such as sha256:…'")
	}
	err = e.Store.View(func(tx store.Tx) error {
		r, err := e.find(tx, in.address)
		if err != nil {
			return err
		}
		found, err := findBlob(tx, r.Name, digest)
		if err == nil && found == nil {
			err = awsjson.Errorf("LayersNotFoundException", "The layer with digest '%s' does not exist in the repository '%s'", digest, r.Name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return downloadURLOutput{e.endpoint() + "/v2/" + in.RepositoryName + "/blobs/" + digest.String(), digest.String()}, nil
}
