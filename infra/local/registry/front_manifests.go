package registry

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"

	"slipway/infra/local/store"
)

// getManifest answers GET and HEAD. It pays no regard to Accept: a manifest has one form.
func (e *Engine) getManifest(w http.ResponseWriter, c call) error {
	var found *image
	var raw []byte
	err := e.Store.View(func(tx store.Tx) (err error) {
		found, err = findImage(tx, c.repository, c.reference)
		if err == nil && found != nil {
			raw = bytes.Clone(tx.Get(manifestTable, key(c.repository, found.Digest.String())))
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case found == nil:
		return manifestUnknown()
	}
	w.Header().Set("Docker-Content-Digest", found.Digest.String())
	if c.Method == http.MethodHead {
		w.Header().Set("Content-Type", string(found.MediaType))
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
		w.WriteHeader(http.StatusOK)
		return nil
	}
	respond(w, http.StatusOK, string(found.MediaType), raw)
	return nil
}

// putManifest pushes an image by its digest, or by a tag, which is then the image's.
func (e *Engine) putManifest(w http.ResponseWriter, c call) error {
	raw, err := io.ReadAll(io.LimitReader(c.Body, maxManifest+1))
	switch {
	case err != nil:
		return manifestInvalid("read the request's body: %s", err)
	case len(raw) > maxManifest:
		return tooLarge("manifest", maxManifest)
	}
	byDigest, err := checkReference(c.reference, raw)
	if err != nil {
		return err
	}
	m, err := parseManifest(c.Header.Get("Content-Type"), raw)
	if err != nil {
		return err
	}
	var added image
	err = e.Store.Update(func(tx store.Tx) error {
		if added, err = e.addImage(tx, c.repository, m, raw); err != nil || byDigest {
			return err
		}
		return e.setTag(tx, c.repository, c.reference, added, caller(c.Request))
	})
	if err != nil {
		return err
	}
	if m.Subject != nil {
		w.Header().Set("Oci-Subject", m.Subject.Digest.String())
	}
	return created(w, c.repository, "manifests", added.Digest.String())
}

// checkReference tells whether the reference is raw's digest. It returns
// DIGEST_INVALID when it is another, and TAG_INVALID when it is no tag either.
func checkReference(reference string, raw []byte) (byDigest bool, err error) {
	if !strings.Contains(reference, ":") {
		if !tagName.MatchString(reference) {
			return false, tagInvalid(reference)
		}
		return false, nil
	}
	digest, err := parseDigest(reference)
	if err != nil {
		return false, err
	}
	if found := digestOfBytes(raw); found != digest {
		return false, digestMismatch(reference, found.String())
	}
	return true, nil
}
