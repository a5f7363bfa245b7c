package registry

import (
	"net/http"
	"time"
)

// getBlob answers GET and HEAD, of ranges too.
func (e *Engine) getBlob(w http.ResponseWriter, c call) error {
	digest, err := parseDigest(c.reference)
	if err != nil {
		return err
	}
	content, err := e.openBlob(c.repository, digest)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Docker-Content-Digest", digest.String())
	h.Set("Etag", `"`+digest.String()+`"`)
	http.ServeContent(w, c.Request, "", time.Time{}, content)
	return nil
}

// created tells where the new blob or manifest is. It returns nil, for handlers to end in it.
func created(w http.ResponseWriter, repository, kind, digest string) error {
	h := w.Header()
	h.Set("Location", "/v2/"+repository+"/"+kind+"/"+digest)
	h.Set("Docker-Content-Digest", digest)
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusCreated)
	return nil
}
