package registry

import (
	"io"
	"net/http"
)

// maxBlob is the most bytes of a blob, per "Maximum layer size" in ECR's quotas.
const maxBlob = 52000 << 20

// An upstream reads the body of a blob's request and tells the client's failures from the engine's.
type upstream struct {
	body io.Reader
	left int64 // bytes that may still come
}

// Read implements [io.Reader].
func (u *upstream) Read(p []byte) (int, error) {
	n, err := u.body.Read(p)
	u.left -= int64(n)
	switch {
	case u.left < 0:
		return n, tooLarge("blob", maxBlob)
	case err != nil && err != io.EOF:
		return n, newRefusal(http.StatusBadRequest, "BLOB_UPLOAD_INVALID", "read the request's body: %s", err)
	}
	return n, err
}
