package registry

import (
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"slipway/infra/local/store"
)

// An image is what the repository knows of a manifest.
type image struct {
	Digest       v1.Hash
	MediaType    types.MediaType
	ArtifactType string
	ManifestSize int64
	// Size is, in bytes, of the configuration and the layers; an index has the
	// largest Size of its images, per imageSizeInBytes of the ECR API's ImageDetail.
	Size        int64
	Pushed      time.Time // when it was pushed first
	Annotations map[string]string
}

// readImage returns nil when the repository has no such manifest.
func readImage(tx store.Tx, repository, digest string) (*image, error) {
	return store.GetJSON[image](tx, imageTable, key(repository, digest))
}

// addImage returns the image of the manifest m, which raw is, when everything that m
// refers to is in the repository.
func (e *Engine) addImage(tx store.Tx, repository string, m manifest, raw []byte) (image, error) {
	digest := digestOfBytes(raw)
	found, err := readImage(tx, repository, digest.String())
	switch {
	case err != nil:
		return image{}, err
	case found == nil:
		return e.addNewImage(tx, repository, digest, m, raw)
	case found.MediaType != m.MediaType:
		return image{}, manifestInvalid("the manifest %s is in the repository as a %s and can not be a %s too", digest, found.MediaType, m.MediaType)
	}
	return *found, nil
}

func (e *Engine) addNewImage(tx store.Tx, repository string, digest v1.Hash, m manifest, raw []byte) (image, error) {
	size, err := measure(tx, repository, m)
	if err != nil {
		return image{}, err
	}
	added := image{Digest: digest, MediaType: m.MediaType, ArtifactType: m.artifactType(),
		ManifestSize: int64(len(raw)), Size: size, Pushed: e.Clock.Now(), Annotations: m.Annotations}
	if m.Subject != nil {
		tx.Put(referrerTable, key(repository, m.Subject.Digest.String(), digest.String()), []byte(present))
	}
	tx.Put(manifestTable, key(repository, digest.String()), raw)
	return added, store.PutJSON(tx, imageTable, key(repository, digest.String()), added)
}

// measure returns the size of m's image, and MANIFEST_BLOB_UNKNOWN or
// MANIFEST_INVALID when something that m refers to is not there or has another size.
func measure(tx store.Tx, repository string, m manifest) (int64, error) {
	var size int64
	for _, d := range m.blobs() {
		b, err := findBlob(tx, repository, d.Digest)
		switch {
		case err != nil:
			return 0, err
		case b == nil:
			return 0, referenceUnknown("blob", d.Digest.String(), repository)
		case b.Size != d.Size:
			return 0, manifestInvalid("the manifest says that %s has %d bytes; it has %d", d.Digest, d.Size, b.Size)
		}
		size += b.Size
	}
	for _, d := range m.Manifests {
		part, err := readImage(tx, repository, d.Digest.String())
		switch {
		case err != nil:
			return 0, err
		case part == nil:
			return 0, referenceUnknown("manifest", d.Digest.String(), repository)
		case part.ManifestSize != d.Size:
			return 0, manifestInvalid("the index says that %s has %d bytes; it has %d", d.Digest, d.Size, part.ManifestSize)
		}
		size = max(size, part.Size)
	}
	return size, nil
}

// findImage returns the image that a tag or a digest refers to, or nil.
func findImage(tx store.Tx, repository, reference string) (*image, error) {
	if _, err := v1.NewHash(reference); err == nil {
		return readImage(tx, repository, reference)
	}
	t, err := readTag(tx, repository, reference)
	if err != nil || t == nil {
		return nil, err
	}
	return readImage(tx, repository, t.Digest)
}
