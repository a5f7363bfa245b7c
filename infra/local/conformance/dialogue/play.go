package dialogue

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// A Peer is a service that scenarios are played to.
type Peer struct {
	// Do sends a request whose URL is a path and a query.
	Do func(r *http.Request) (*http.Response, error)
	// Pass lets time go by.
	Pass func(d time.Duration)
	// Encode makes a request of a step that has a Call.
	Encode func(call string, with []byte) (*http.Request, error)
	// Headers are those that every request has unless its step says otherwise.
	Headers map[string]string
	View    View
}

// Handler returns what sends a peer's requests to handler.
func Handler(handler http.Handler) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if r.Method == http.MethodHead {
			w.Body.Reset() // as a server does
		}
		return w.Result(), nil
	}
}

// Server returns what sends a peer's requests to the server at the given host and port.
func Server(host string) func(*http.Request) (*http.Response, error) {
	transport := &http.Transport{DisableCompression: true}
	return func(r *http.Request) (*http.Response, error) {
		r.URL.Scheme, r.URL.Host, r.Host = "http", host, host
		return transport.RoundTrip(r)
	}
}

// Play plays a scenario to p and returns its answers in the order of the steps. What
// the steps keep stands in the answers as ${name}.
func (p Peer) Play(s *Scenario) ([]*Answer, error) {
	kept := keepsakes{}
	answers := make([]*Answer, len(s.Steps))
	for i, step := range s.Steps {
		if step.After > 0 {
			p.Pass(time.Duration(step.After) * time.Second)
		}
		answer, err := p.ask(step, kept)
		if err != nil {
			return nil, fmt.Errorf("%s: step %d, %s: %w", s.Name, i+1, step, err)
		}
		answers[i] = answer
	}
	return answers, nil
}

// ask sends the request of a step, and keeps of the answer what the step names.
func (p Peer) ask(step *Step, kept keepsakes) (*Answer, error) {
	r, err := p.request(step, kept)
	if err != nil {
		return nil, err
	}
	response, err := p.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() // it is read to its end
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	for name, place := range step.Keep {
		kept.keep(name, place, response, raw)
	}
	response.Request = r
	return p.View.answer(response, raw, kept), nil
}

// request returns the request of a step.
func (p Peer) request(step *Step, kept keepsakes) (*http.Request, error) {
	r, err := p.bare(step, kept)
	if err != nil {
		return nil, err
	}
	for name, value := range p.Headers {
		r.Header.Set(name, value)
	}
	for name, value := range step.Headers {
		if value = kept.filled(value); value == "" {
			r.Header.Del(name)
			continue
		}
		r.Header.Set(name, value)
	}
	return r, nil
}

// bare returns the request of a step without the headers that the step or p adds.
func (p Peer) bare(step *Step, kept keepsakes) (*http.Request, error) {
	if step.Call != "" {
		with := strings.ReplaceAll(kept.filled(string(step.With)), "${fill}", digits(step.Fill))
		return p.Encode(step.Call, []byte(with))
	}
	method, target, ok := strings.Cut(kept.filled(step.Send), " ")
	if !ok {
		return nil, fmt.Errorf("%q must be a method and a target", step.Send)
	}
	if strings.HasPrefix(target, "/") {
		target = "http://localhost" + target
	}
	return http.NewRequest(method, oneQuery(target), strings.NewReader(kept.filled(step.body())))
}

// oneQuery returns target with what follows its second question mark as a part of its
// query: what a step adds one to may be a location that has one already.
func oneQuery(target string) string {
	path, query, _ := strings.Cut(target, "?")
	if query == "" {
		return target
	}
	return path + "?" + strings.ReplaceAll(query, "?", "&")
}

func (s *Step) body() string {
	if s.Fill == 0 {
		return s.Body
	}
	return digits(s.Fill)
}

func digits(n int) string { return strings.Repeat("0123456789", n/10+1)[:n] }
