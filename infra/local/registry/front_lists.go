package registry

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"slipway/infra/local/store"
)

// maxTags is the most tags in one answer.
const maxTags = 1000

// getTags lists tags in order, n of them from behind the tag last on.
func (e *Engine) getTags(w http.ResponseWriter, c call) error {
	query, n := c.URL.Query(), maxTags
	last := query.Get("last")
	if text := query.Get("n"); text != "" {
		asked, err := strconv.Atoi(text)
		if err != nil || asked < 0 {
			return newRefusal(http.StatusBadRequest, "PAGINATION_NUMBER_INVALID", "n is %q; it must be a number, 0 or more", text)
		}
		n = min(n, asked)
	}
	names, more := []string{}, false
	err := e.Store.View(func(tx store.Tx) error {
		for name := range under(tx, tagTable, last, c.repository) {
			if name == last {
				continue
			}
			if more = len(names) == n; more {
				return nil
			}
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if more && n > 0 {
		next := url.Values{"n": {strconv.Itoa(n)}, "last": {names[n-1]}}
		w.Header().Set("Link", fmt.Sprintf(`</v2/%s/tags/list?%s>; rel="next"`, c.repository, next.Encode()))
	}
	body, err := json.Marshal(map[string]any{"name": c.repository, "tags": names})
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, "application/json", body)
	return nil
}

// getReferrers lists the manifests whose subject is the given one, such as
// signatures, all in one answer. The subject itself need not be there.
func (e *Engine) getReferrers(w http.ResponseWriter, c call) error {
	subject, err := parseDigest(c.reference)
	if err != nil {
		return err
	}
	index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{}}
	only := c.URL.Query().Get("artifactType")
	err = e.Store.View(func(tx store.Tx) error {
		for digest := range under(tx, referrerTable, "", c.repository, subject.String()) {
			i, err := readImage(tx, c.repository, digest)
			if err != nil {
				return err
			}
			if only == "" || only == i.ArtifactType {
				index.Manifests = append(index.Manifests, v1.Descriptor{MediaType: i.MediaType, Size: i.ManifestSize,
					Digest: i.Digest, ArtifactType: i.ArtifactType, Annotations: i.Annotations})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if only != "" {
		w.Header().Set("Oci-Filters-Applied", "artifactType")
	}
	body, err := json.Marshal(index)
	if err != nil {
		return err
	}
	respond(w, http.StatusOK, string(types.OCIImageIndex), body)
	return nil
}
