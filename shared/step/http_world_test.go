package step_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/shared/step"
)

// A web is a network of one server, which every address leads to, without sockets.
type web struct {
	addresses [][]string // of every host, one list a lookup; the last goes on
	refuse    int        // so many connections fail at first

	mutex   sync.Mutex
	lookups int
	dialed  []string
	asked   []string

	connections chan net.Conn
	closed      chan struct{}
}

// newWeb returns a network whose server answers as handler does, until the test ends.
func newWeb(t testing.TB, handler http.HandlerFunc) *web {
	t.Helper()
	w := &web{addresses: [][]string{{"93.184.216.34"}}, connections: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		w.mutex.Lock()
		w.asked = append(w.asked, r.Method+" "+r.URL.RequestURI())
		w.mutex.Unlock()
		handler(answer, r)
	})}
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(w) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return w
}

// Lookup implements [step.Network].
func (w *web) Lookup(_ context.Context, host string) ([]netip.Addr, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.lookups++
	var all []netip.Addr
	for _, a := range w.addresses[min(w.lookups, len(w.addresses))-1] {
		all = append(all, netip.MustParseAddr(a))
	}
	if host == "nowhere.example" {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return all, nil
}

// Dial implements [step.Network].
func (w *web) Dial(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	w.mutex.Lock()
	w.dialed = append(w.dialed, to.String())
	if w.refuse > 0 {
		w.refuse--
		w.mutex.Unlock()
		return nil, fmt.Errorf("dial %s: connection refused", to)
	}
	w.mutex.Unlock()
	client, server := net.Pipe()
	select {
	case w.connections <- server:
		return client, nil
	case <-w.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept, Close and Addr implement [net.Listener].
func (w *web) Accept() (net.Conn, error) {
	select {
	case c := <-w.connections:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *web) Close() error   { close(w.closed); return nil }
func (w *web) Addr() net.Addr { return &net.TCPAddr{} }

// requests returns "METHOD path?query" of each request so far.
func (w *web) requests() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.asked)
}

// dials returns the addresses that were dialled so far.
func (w *web) dials() []string {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.dialed)
}

// on returns a runner whose http steps reach w.
func (s *stack) on(w step.Web) *step.Runner {
	return step.New(step.Dependencies{Objects: s.objects, WorkBucket: "work", Web: w, Now: time.Now})
}

// ask starts an http step with the parameters, and returns its log, too.
func (s *stack) ask(w step.Network, with string) (step.Outcome, string, error) {
	s.t.Helper()
	var log strings.Builder
	attempt := work(with, step.Artifact{})
	attempt.Timeout, attempt.Log = 10*time.Minute, &log
	outcome, err := s.on(step.Web{Network: w, Loopback: true}).Start(context.Background(), "http", attempt)
	return outcome, log.String(), err
}

// wantFailure asserts that err is a failure whose text begins so.
func wantFailure(t *testing.T, what string, err error, begins string, permanent bool) {
	t.Helper()
	var failure *step.Failure
	if !errors.As(err, &failure) || !strings.HasPrefix(failure.Error(), begins) || failure.Permanent != permanent {
		t.Errorf("%s: %v, want the failure %s (permanent: %t)", what, err, begins, permanent)
	}
}

// answering returns a handler that answers with the status and body.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // a client that has gone away
	}
}
