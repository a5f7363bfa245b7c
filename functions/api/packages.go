package api

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"slipway/shared/pipeline"
)

// uploadTime is how long the address for an upload holds.
const uploadTime = 15 * time.Minute

var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$`)

// A PushRequest asks for an address to upload a package to.
type PushRequest struct {
	File     string            `json:"file"`     // its name
	Metadata map[string]string `json:"metadata"` // build information: commit, branch, build-url, author, committed-at
}

// A PushAddress is where to PUT the file, with these headers.
type PushAddress struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Bucket  string            `json:"bucket"`
	Key     string            `json:"key"`
}

func (a *API) push(r *http.Request) (any, error) {
	if _, err := caller(r); err != nil {
		return nil, err
	}
	var in PushRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if !fileName.MatchString(in.File) {
		return nil, fmt.Errorf("file %q: a file name is letters, digits, '.', '_', '+' and '-', at most 128 of them: %w", in.File, pipeline.ErrInvalid)
	}
	key := strings.Join([]string{"packages", r.PathValue("package"), r.PathValue("version"), in.File}, "/")
	if _, _, err := pipeline.ParsePackageKey(key); err != nil {
		return nil, err
	}
	url, headers, err := a.Objects.PresignPut(r.Context(), a.Packages, key, in.Metadata, uploadTime)
	if err != nil {
		return nil, fmt.Errorf("sign upload of %s: %w", key, err)
	}
	address := PushAddress{URL: url, Headers: map[string]string{}, Bucket: a.Packages, Key: key}
	for name := range headers {
		if !strings.EqualFold(name, "Host") {
			address.Headers[name] = headers.Get(name)
		}
	}
	return address, nil
}

// showPackage returns a registered version. With the query's key and object, the
// key and the version id of an object that was pushed, it tells instead of the
// refusal of that object, if it was refused.
func (a *API) showPackage(r *http.Request) (any, error) {
	v, err := pipeline.ParseVersion(r.PathValue("version"))
	if err != nil {
		return nil, err
	}
	if key := r.URL.Query().Get("key"); key != "" {
		pushed := pipeline.Location{Bucket: a.Packages, Key: key, VersionID: r.URL.Query().Get("object")}
		refused, err := a.Store.Rejection(r.Context(), pushed)
		if err == nil {
			return nil, fmt.Errorf("%s: %w", refused.Message, pipeline.ErrRefused)
		}
		if !errors.Is(err, pipeline.ErrNotFound) {
			return nil, err
		}
	}
	return a.Store.Package(r.Context(), r.PathValue("package"), v)
}
