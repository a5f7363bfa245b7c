package registry

import (
	"encoding/json"
	"mime"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// maxManifest is the most bytes of a manifest, per the OCI distribution specification.
const maxManifest = 4 << 20

// A manifest is an image's or an index's, in OCI's or Docker's form, with the members
// that a registry looks at.
type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     types.MediaType   `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        *v1.Descriptor    `json:"config"`
	Layers        []v1.Descriptor   `json:"layers"`
	Manifests     []v1.Descriptor   `json:"manifests"`
	Subject       *v1.Descriptor    `json:"subject"`
	Annotations   map[string]string `json:"annotations"`
}

// parseManifest reads a manifest that was pushed with the given Content-Type. It
// returns MANIFEST_INVALID when the two don't agree, or when raw is no manifest or is
// one of another form than those that ECR takes and that are still made.
func parseManifest(contentType string, raw []byte) (manifest, error) {
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return manifest{}, manifestInvalid("the manifest can not be read: %s", err)
	}
	if contentType != "" {
		pushed, _, err := mime.ParseMediaType(contentType)
		switch {
		case err != nil:
			return manifest{}, manifestInvalid("the Content-Type %q can not be read: %s", contentType, err)
		case m.MediaType == "":
			m.MediaType = types.MediaType(pushed)
		case string(m.MediaType) != pushed:
			return manifest{}, manifestInvalid("the manifest says that it is a %s, and its Content-Type that it is a %s", m.MediaType, pushed)
		}
	}
	return m, m.check()
}

// check returns MANIFEST_INVALID for a manifest that could be taken in more than one way.
func (m manifest) check() error {
	switch {
	case m.SchemaVersion != 2:
		return manifestInvalid("the manifest's schemaVersion is %d, want 2", m.SchemaVersion)
	case m.MediaType.IsImage() && (m.Config == nil || m.Manifests != nil):
		return manifestInvalid("an image manifest must have a config and no manifests")
	case m.MediaType.IsIndex() && (m.Config != nil || m.Layers != nil):
		return manifestInvalid("an index must have neither config nor layers")
	case !m.MediaType.IsImage() && !m.MediaType.IsIndex():
		return manifestInvalid("the media type %q is not supported; it must be %s, %s, %s or %s", m.MediaType,
			types.OCIManifestSchema1, types.OCIImageIndex, types.DockerManifestSchema2, types.DockerManifestList)
	}
	for _, d := range m.descriptors() {
		if d.Digest.Algorithm != "sha256" || d.Size < 0 {
			return manifestInvalid("the manifest refers to %q of %d bytes, which can't be: a digest must be of sha256, a size 0 or more", d.Digest, d.Size)
		}
	}
	return nil
}

func (m manifest) descriptors() []v1.Descriptor {
	all := slices.Concat(m.Layers, m.Manifests)
	for _, d := range []*v1.Descriptor{m.Config, m.Subject} {
		if d != nil {
			all = append(all, *d)
		}
	}
	return all
}

// blobs returns the blobs that must be there: all but the layers that their makers
// don't let others distribute.
func (m manifest) blobs() []v1.Descriptor {
	if m.Config == nil {
		return nil
	}
	return append([]v1.Descriptor{*m.Config}, slices.DeleteFunc(slices.Clone(m.Layers),
		func(d v1.Descriptor) bool { return !d.MediaType.IsDistributable() })...)
}

// artifactType returns what an artifact is, per "Listing Referrers" in the OCI
// distribution specification.
func (m manifest) artifactType() string {
	if m.ArtifactType == "" && m.Config != nil {
		return string(m.Config.MediaType)
	}
	return m.ArtifactType
}
