package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// A refusal is an error of the OCI distribution protocol.
type refusal struct {
	status  int
	code    string // of the distribution specification, or one that ECR adds
	message string
	header  map[string]string
}

// Error returns the code and the message.
func (r *refusal) Error() string { return r.code + ": " + r.message }

func newRefusal(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// refuse answers with err: as it says when it is a refusal, or else as an internal failure.
func refuse(w http.ResponseWriter, err error) {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		r = newRefusal(http.StatusInternalServerError, "UNKNOWN", "%s", err)
	}
	body, err := json.Marshal(map[string]any{"errors": []map[string]string{{"code": r.code, "message": r.message}}})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	respond(w, r.status, "application/json", body)
}

func respond(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone, and there is nobody else to tell
}

// nameUnknown says what ECR says.
func (e *Engine) nameUnknown(repository string) *refusal {
	return newRefusal(http.StatusNotFound, "NAME_UNKNOWN", "%s", e.noRepository(repository, e.Account))
}

// tagImmutable says what ECR says.
func tagImmutable(repository, tag string) *refusal {
	return newRefusal(http.StatusBadRequest, "TAG_INVALID",
		"The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", tag, repository)
}

func tagInvalid(tag string) *refusal {
	return newRefusal(http.StatusBadRequest, "TAG_INVALID", "the tag %q must match %s", tag, tagName)
}

func digestInvalid(text string) *refusal {
	return newRefusal(http.StatusBadRequest, "DIGEST_INVALID", "the digest %q must be sha256: and 64 hexadecimal digits in lower case", text)
}

func digestMismatch(claimed, found string) *refusal {
	return newRefusal(http.StatusBadRequest, "DIGEST_INVALID", "the content's digest is %s, not %s", found, claimed)
}

func sizeInvalid(format string, args ...any) *refusal {
	return newRefusal(http.StatusBadRequest, "SIZE_INVALID", format, args...)
}

func tooLarge(thing string, limit int64) *refusal {
	return newRefusal(http.StatusRequestEntityTooLarge, "SIZE_INVALID", "the %s has more than %d bytes, the most that is taken", thing, limit)
}

func blobUnknown(repository, digest string) *refusal {
	return newRefusal(http.StatusNotFound, "BLOB_UNKNOWN", "the repository '%s' has no blob %s", repository, digest)
}

func uploadUnknown(id string) *refusal {
	return newRefusal(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "there is no upload %s in this repository: it was finished, cancelled or never begun", id)
}

// rangeInvalid tells the client where u stands, so that it can go on from there.
func rangeInvalid(u upload) *refusal {
	r := newRefusal(http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", "the chunk must begin at %d, where the upload %s stands", u.size(), u.ID)
	r.header = u.header()
	return r
}

func manifestInvalid(format string, args ...any) *refusal {
	return newRefusal(http.StatusBadRequest, "MANIFEST_INVALID", format, args...)
}

// manifestUnknown says what ECR says.
func manifestUnknown() *refusal {
	return newRefusal(http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found")
}

func referenceUnknown(kind, digest, repository string) *refusal {
	return newRefusal(http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", "the manifest's %s %s is not in the repository '%s'; push it first", kind, digest, repository)
}

func unsupported(status int, format string, args ...any) *refusal {
	return newRefusal(status, "UNSUPPORTED", format, args...)
}
