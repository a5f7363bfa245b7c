package registry

import (
	"encoding/json"
	"fmt"
	"strings"

	"slipway/infra/local/store"
)

// remove removes what the id names, and returns the ids of what is gone or why nothing
// is. A tag leaves its image there unless it is the last, and a digest takes all tags
// along, per the BatchDeleteImage reference.
func (i imageID) remove(tx store.Tx, repository string) ([]imageID, *imageFailure, error) {
	found, failure, err := i.find(tx, repository)
	if err != nil || failure != nil {
		return nil, failure, err
	}
	digest := found.Digest.String()
	tags := tagsOf(tx, repository, digest)
	if i.Tag != "" && len(tags) > 1 {
		removeTag(tx, repository, digest, i.Tag)
		return []imageID{{digest, i.Tag}}, nil, nil
	}
	indexes, err := indexesOf(tx, repository, digest)
	switch {
	case err != nil:
		return nil, nil, err
	case len(indexes) > 0:
		return nil, &imageFailure{i, "ImageReferencedByManifestList", "Requested image referenced by manifest list: [" + strings.Join(indexes, ", ") + "]"}, nil
	}
	if err := removeImage(tx, repository, digest); err != nil {
		return nil, nil, err
	}
	if len(tags) == 0 {
		return []imageID{{Digest: digest}}, nil, nil
	}
	var gone []imageID
	for _, tag := range tags {
		removeTag(tx, repository, digest, tag)
		gone = append(gone, imageID{digest, tag})
	}
	return gone, nil, nil
}

func removeTag(tx store.Tx, repository, digest, name string) {
	tx.Delete(tagTable, key(repository, name))
	tx.Delete(imageTagTable, key(repository, digest, name))
}

// removeImage removes an image's manifest. Its layers stay: others may have them too.
func removeImage(tx store.Tx, repository, digest string) error {
	m, err := readManifest(tx, repository, digest)
	if err != nil {
		return err
	}
	if m.Subject != nil {
		tx.Delete(referrerTable, key(repository, m.Subject.Digest.String(), digest))
	}
	tx.Delete(manifestTable, key(repository, digest))
	tx.Delete(imageTable, key(repository, digest))
	return nil
}

// indexesOf returns the digests of the indexes that the image is part of, sorted.
func indexesOf(tx store.Tx, repository, digest string) ([]string, error) {
	var all []string
	for index, value := range under(tx, imageTable, "", repository) {
		i, err := store.ParseJSON[image](imageTable, value)
		if err != nil {
			return nil, err
		}
		if !i.MediaType.IsIndex() {
			continue
		}
		m, err := readManifest(tx, repository, index)
		if err != nil {
			return nil, err
		}
		for _, part := range m.Manifests {
			if part.Digest.String() == digest {
				all = append(all, index)
				break
			}
		}
	}
	return all, nil
}

// readManifest reads the manifest of an image that is there.
func readManifest(tx store.Tx, repository, digest string) (m manifest, err error) {
	if err := json.Unmarshal(tx.Get(manifestTable, key(repository, digest)), &m); err != nil {
		return m, fmt.Errorf("read manifest %s of repository %s: %w", digest, repository, err)
	}
	return m, nil
}
