package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"time"
)

//go:embed schemas/http.json
var httpSchema string

// MaxHTTPTimeout is the longest time that an attempt at an http step may take: its
// requests are made in-line, by a function that Lambda ends after 15 minutes.
const MaxHTTPTimeout = 14 * time.Minute

// httpRequest sends a request and holds the answer against expectations.
//
// What it does outside is the request's effect, and nobody can tell whether a request
// whose answer is missing had one. So the result of a request that may have an effect
// is kept, and one that must not be sent twice is claimed before it is sent: Start
// then sends it at most once an attempt, whatever becomes of the function.
type httpRequest struct{}

// Name implements [Kind].
func (httpRequest) Name() string { return "http" }

// Schema implements [Kind].
func (httpRequest) Schema() []byte { return []byte(httpSchema) }

// References implements [Kind].
func (httpRequest) References(with json.RawMessage) (References, error) {
	p, problem := parseHTTP(with)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: p.templates()}
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	if problem := checkURLTemplate(p.URL); problem != nil {
		return References{}, problem
	}
	return refs, nil
}

// Start implements [Kind]: the request is made in-line, and the outcome is done.
func (httpRequest) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseHTTP(w.With)
	if problem == nil {
		problem = p.checkResolved()
	}
	if problem == nil && w.Timeout > MaxHTTPTimeout {
		problem = &Problem{"timeout", fmt.Sprintf("%s is too long for a request, which is made inside one function", w.Timeout), "write at most 14m"}
	}
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	caller, err := newHTTPCaller(p, d, w)
	if err != nil {
		return Outcome{}, err
	}
	if p.safe() && p.repeatable() {
		return caller.ask(ctx)
	}
	return keptResult{objects: d.Objects, bucket: d.WorkBucket, jobKey: JobKey(w.Execution, w.Step, w.Attempt), now: d.Now}.
		once(ctx, !p.repeatable(), caller.ask)
}
