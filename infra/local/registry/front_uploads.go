package registry

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// postUpload mounts a blob, takes one whole, or begins an upload, by the query.
func (e *Engine) postUpload(w http.ResponseWriter, c call) error {
	query := c.URL.Query()
	switch {
	case c.reference != "":
		return unsupported(http.StatusMethodNotAllowed, "the method POST of an upload is not supported")
	case query.Has("mount"):
		digest, err := parseDigest(query.Get("mount"))
		if err != nil {
			return err
		}
		mounted, err := e.mount(c.repository, query.Get("from"), digest)
		if err != nil {
			return err
		}
		if mounted {
			return created(w, c.repository, "blobs", digest.String())
		}
	}
	u, err := e.beginUpload(c.repository)
	if err != nil {
		return err
	}
	if query.Has("digest") {
		return e.complete(w, c, u)
	}
	accepted(w, u, http.StatusAccepted)
	return nil
}

func (e *Engine) getUpload(w http.ResponseWriter, c call) error {
	u, err := e.upload(c.repository, c.reference)
	if err != nil {
		return err
	}
	accepted(w, u, http.StatusNoContent)
	return nil
}

func (e *Engine) patchUpload(w http.ResponseWriter, c call) error {
	u, err := e.upload(c.repository, c.reference)
	if err != nil {
		return err
	}
	if u, err = e.take(c, u); err != nil {
		return err
	}
	accepted(w, u, http.StatusAccepted)
	return nil
}

func (e *Engine) putUpload(w http.ResponseWriter, c call) error {
	u, err := e.upload(c.repository, c.reference)
	if err != nil {
		return err
	}
	return e.complete(w, c, u)
}

// deleteUpload cancels an upload; it deletes nothing that is in the repository.
func (e *Engine) deleteUpload(w http.ResponseWriter, c call) error {
	u, err := e.upload(c.repository, c.reference)
	if err != nil {
		return err
	}
	if err := e.cancelUpload(u); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// complete takes the rest of u, if there is one, and makes the blob that the query names.
func (e *Engine) complete(w http.ResponseWriter, c call, u upload) error {
	digest, err := parseDigest(c.URL.Query().Get("digest"))
	if err != nil {
		return err
	}
	if u, err = e.take(c, u); err != nil {
		return err
	}
	if err := e.finishUpload(u, digest); err != nil {
		return err
	}
	return created(w, c.repository, "blobs", digest.String())
}

// take adds the request's body to u.
func (e *Engine) take(c call, u upload) (upload, error) {
	length := int64(-1)
	if span := c.Header.Get("Content-Range"); span != "" {
		start, end, err := parseRange(span)
		switch {
		case err != nil:
			return u, err
		case start != u.size():
			return u, rangeInvalid(u)
		}
		length = end - start + 1
	}
	if c.ContentLength == 0 && length < 0 {
		return u, nil
	}
	return e.extendUpload(u, &upstream{c.Body, maxBlob - u.size()}, length)
}

// parseRange reads a Content-Range as the distribution specification has it: "<first>-<last>", both counted from 0.
func parseRange(text string) (start, end int64, err error) {
	first, last, _ := strings.Cut(text, "-")
	start, err = strconv.ParseInt(first, 10, 64)
	if err == nil {
		end, err = strconv.ParseInt(last, 10, 64)
	}
	if err != nil || start < 0 || end < start {
		return 0, 0, newRefusal(http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID",
			`the Content-Range %q must be "<first byte>-<last byte>"`, text)
	}
	return start, end, nil
}

// header tells where u is and how far it has come.
func (u upload) header() map[string]string {
	return map[string]string{
		"Location":           "/v2/" + u.Repository + "/blobs/uploads/" + u.ID,
		"Range":              fmt.Sprintf("0-%d", max(0, u.size()-1)), // "0-0" when it is empty, as other registries have it
		"Docker-Upload-Uuid": u.ID,
	}
}

func accepted(w http.ResponseWriter, u upload, status int) {
	for name, value := range u.header() {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}
