package registry

import (
	"net/http"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"slipway/infra/local/store"
)

// A call is a request on one repository.
type call struct {
	*http.Request
	repository string
	reference  string // what the path ends in: a tag, a digest or an upload's id
}

type handler func(w http.ResponseWriter, c call) error

// A route is a method on one kind of thing in a repository.
type route struct{ method, kind string }

// newRoutes lists what the front answers, per the endpoints of the OCI distribution specification.
func (e *Engine) newRoutes() map[route]handler {
	return map[route]handler{
		{http.MethodGet, "blobs"}:      e.getBlob,
		{http.MethodHead, "blobs"}:     e.getBlob,
		{http.MethodPost, "uploads"}:   e.postUpload,
		{http.MethodGet, "uploads"}:    e.getUpload,
		{http.MethodPatch, "uploads"}:  e.patchUpload,
		{http.MethodPut, "uploads"}:    e.putUpload,
		{http.MethodDelete, "uploads"}: e.deleteUpload,
		{http.MethodGet, "manifests"}:  e.getManifest,
		{http.MethodHead, "manifests"}: e.getManifest,
		{http.MethodPut, "manifests"}:  e.putManifest,
		{http.MethodGet, "tags"}:       e.getTags,
		{http.MethodGet, "referrers"}:  e.getReferrers,
	}
}

// ServeHTTP answers the OCI distribution protocol under /v2/. It takes any
// credentials and none: it offers basic authentication, so that clients which send
// what they have name their caller, but it asks for none, since a client that has
// none would then give up.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	w.Header().Set("X-Amzn-Requestid", e.NewID())
	if r.Body == nil { // a request that was handed over in process
		r.Body = http.NoBody
	}
	if err := e.serve(w, r); err != nil {
		refuse(w, err)
	}
}

func (e *Engine) serve(w http.ResponseWriter, r *http.Request) error {
	path, ok := strings.CutPrefix(r.URL.Path, "/v2")
	switch {
	case ok && strings.Trim(path, "/") == "":
		return e.getBase(w, r)
	case ok && path == "/_catalog":
		return unsupported(http.StatusNotFound, "the list of repositories is not answered here; the ECR API's DescribeRepositories has it")
	}
	repository, kind, reference := locate(path)
	if !ok || kind == "" {
		return unsupported(http.StatusNotFound, "the path %s is not one of the OCI distribution protocol", r.URL.Path)
	}
	if err := e.checkRepository(repository); err != nil {
		return err
	}
	handle := e.routes[route{r.Method, kind}]
	switch {
	case handle != nil:
		return handle(w, call{Request: r, repository: repository, reference: reference})
	case r.Method == http.MethodDelete:
		return unsupported(http.StatusMethodNotAllowed, "deletes are refused here: the ECR API's BatchDeleteImage removes images")
	}
	return unsupported(http.StatusMethodNotAllowed, "the method %s of %s is not supported", r.Method, kind)
}

// getBase tells that this is a registry.
func (e *Engine) getBase(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return unsupported(http.StatusMethodNotAllowed, "the method %s of /v2/ is not supported", r.Method)
	}
	w.Header().Set("Www-Authenticate", `Basic realm="`+e.endpoint()+`",service="ecr.amazonaws.com"`)
	respond(w, http.StatusOK, "application/json", []byte("{}"))
	return nil
}

// locate takes apart a path without its "/v2": the end tells the kind, as a
// repository's name may have any number of parts. The kind is "" when there is none.
func locate(path string) (repository, kind, reference string) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	n := len(parts)
	if n >= 4 && parts[n-3] == "blobs" && parts[n-2] == "uploads" {
		return strings.Join(parts[:n-3], "/"), "uploads", parts[n-1]
	}
	if n < 3 {
		return "", "", ""
	}
	repository, kind, reference = strings.Join(parts[:n-2], "/"), parts[n-2], parts[n-1]
	switch {
	case kind == "blobs" && reference == "uploads":
		return repository, "uploads", ""
	case kind == "tags" && reference == "list", kind == "blobs", kind == "manifests", kind == "referrers":
		return repository, kind, reference
	}
	return "", "", ""
}

// checkRepository returns NAME_UNKNOWN when there is no such repository. One that is there stays.
func (e *Engine) checkRepository(name string) error {
	return e.Store.View(func(tx store.Tx) error {
		r, err := readRepository(tx, name)
		if err == nil && r == nil {
			return e.nameUnknown(name)
		}
		return err
	})
}

// parseDigest returns DIGEST_INVALID for what is no SHA-256 digest, the one kind that ECR takes.
func parseDigest(text string) (v1.Hash, error) {
	digest, err := v1.NewHash(text)
	if err != nil || digest.Algorithm != "sha256" {
		return v1.Hash{}, digestInvalid(text)
	}
	return digest, nil
}
