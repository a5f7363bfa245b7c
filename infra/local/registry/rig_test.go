package registry_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway/infra/local/clock"
	"slipway/infra/local/registry"
	"slipway/infra/local/store"
)

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const host = "registry.localhost:4566"

// A rig is an engine with the repositories "web", whose tags can be moved, and
// "storefront/api", whose tags can't, on a virtual clock.
type rig struct {
	*registry.Engine
	t      testing.TB
	store  store.Store
	blobs  string
	config registry.Config // what tests want besides
	clock  *clock.Virtual
	ids    atomic.Int64
	user   string // the password of what send sends; "" sends no credentials
	pushes []registry.Push
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, store: store.NewMemory(), clock: clock.NewVirtual(epoch)}
	r.start()
	return r
}

// newFileRig returns a rig whose store and blobs are files.
func newFileRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, clock: clock.NewVirtual(epoch)}
	folder := t.TempDir()
	file, err := store.OpenFile(filepath.Join(folder, "store.db"))
	r.must(err)
	t.Cleanup(func() { r.must(file.Close()) })
	r.store, r.blobs = file, filepath.Join(folder, "blobs")
	r.start()
	return r
}

// start starts an engine on the rig's store, as after a restart.
func (r *rig) start() {
	r.t.Helper()
	c := r.config
	c.Store, c.Clock, c.Blobs, c.Host = r.store, r.clock, r.blobs, func() string { return host }
	c.NewID = func() string { return fmt.Sprintf("id-%d", r.ids.Add(1)) }
	c.Pushed = func(_ store.Tx, p registry.Push) { r.pushes = append(r.pushes, p) }
	engine, err := registry.New(c)
	r.must(err)
	r.Engine = engine
	r.must(r.CreateRepository(registry.RepositorySpec{Name: "web"}))
	r.must(r.CreateRepository(registry.RepositorySpec{Name: "storefront/api", ImmutableTags: true}))
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// send sends a request of docker's protocol; headers are names and values in turn.
func (r *rig) send(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, "http://"+host+target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	if r.user != "" {
		request.SetBasicAuth("AWS", r.user)
	}
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	return answer
}

// refused returns the code and the message of a refusal, and fails the test when answer is none.
func (r *rig) refused(answer *httptest.ResponseRecorder) string {
	r.t.Helper()
	var body struct {
		Errors []struct{ Code, Message string }
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 {
		r.t.Fatalf("%d %s is no refusal", answer.Code, answer.Body)
	}
	return fmt.Sprintf("%d %s: %s", answer.Code, body.Errors[0].Code, body.Errors[0].Message)
}

// call calls an operation of the API as the given caller, decodes the answer into
// out, and returns the refusal's type and message, or "".
func (r *rig) call(caller, operation, body string, out any) string {
	r.t.Helper()
	request := httptest.NewRequest(http.MethodPost, "http://"+host+"/", strings.NewReader(body))
	request.Header.Set("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921."+operation)
	if caller != "" {
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+caller+"/20260301/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=0")
	}
	answer := httptest.NewRecorder()
	r.API().ServeHTTP(answer, request)
	text, err := io.ReadAll(answer.Body)
	r.must(err)
	if answer.Code != http.StatusOK {
		var refusal struct {
			Type    string `json:"__type"`
			Message string
		}
		r.must(json.Unmarshal(text, &refusal))
		return refusal.Type + ": " + refusal.Message
	}
	r.must(json.Unmarshal(text, out))
	return ""
}
