package registry

import (
	"cmp"
	"net/http"
	"time"
)

// A Push tells that a tag was made or moved: what the event "ECR Image Action" with
// the action type PUSH tells, and who did it.
type Push struct {
	Repository string
	Tag        string
	Digest     string // of the manifest, such as "sha256:…"
	MediaType  string // of the manifest
	Size       int64  // of the image, in bytes, as DescribeImages has it
	Caller     string
	Time       time.Time
}

// anonymous is the caller of a request that names none.
const anonymous = "anonymous"

// caller returns who pushes: the password, which [Engine.getAuthorizationToken] made
// of the access key id. It is believed.
func caller(r *http.Request) string {
	_, password, _ := r.BasicAuth()
	return cmp.Or(password, anonymous)
}
