// Package api is the HTTP API: what the command line and CI ask of Slipway, behind
// a function URL.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"slipway/functions/applyproject"
	"slipway/functions/decideapproval"
	"slipway/functions/startrunbook"
	"slipway/shared/gate"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/planning"
	"slipway/shared/platform"
)

// Store is where everything is kept.
type Store interface {
	Package(ctx context.Context, name string, v pipeline.Version) (pipeline.Package, error)
	Rejection(ctx context.Context, l pipeline.Location) (pipeline.Rejection, error)
	Project(ctx context.Context, name string) (pipeline.ProjectRecord, error)
	Projects(ctx context.Context, after string, n int) ([]string, error)
	ReleaseOf(ctx context.Context, project string, v pipeline.Version) (pipeline.Release, error)
	Release(ctx context.Context, project string, number int) (pipeline.Release, error)
	Releases(ctx context.Context, project string, below, n int) ([]pipeline.Release, error)
	Deployment(ctx context.Context, id pipeline.DeploymentID) (pipeline.Deployment, error)
	DeploymentsOf(ctx context.Context, project string, release int) ([]pipeline.Deployment, error)
	Deployments(ctx context.Context, project string, below, n int) (page []pipeline.Deployment, next int, err error)
	Steps(ctx context.Context, id pipeline.ExecutionID) ([]pipeline.StepRun, error)
	Runbook(ctx context.Context, project, runbook string) (pipeline.RunbookState, error)
	Run(ctx context.Context, id pipeline.RunID) (pipeline.Run, error)
	Runs(ctx context.Context, project, runbook string, below, n int) ([]pipeline.Run, error)
	Environment(ctx context.Context, project, name string) (pipeline.Environment, error)
	Audit(ctx context.Context, chain pipeline.Chain, after, n int) ([]pipeline.AuditEntry, error)
}

// Objects is where packages are pushed and logs are kept.
type Objects interface {
	Read(ctx context.Context, l objects.Location) (io.ReadCloser, error)
	PresignPut(ctx context.Context, bucket, key string, metadata map[string]string, ttl time.Duration) (url string, headers http.Header, err error)
}

// Planner makes plans.
type Planner interface {
	InForce(ctx context.Context, name string) (pipeline.Project, error)
	Situation(ctx context.Context, d pipeline.Deployment, r pipeline.Release) (gate.Situation, error)
	Propose(ctx context.Context, d pipeline.Deployment, r pipeline.Release) (planning.Proposal, error)
}

// Plans is where plans are kept.
type Plans interface {
	Read(ctx context.Context, hash string) (pipeline.Plan, error)
	Previewed(ctx context.Context, p planning.Proposal, hash string) (planning.Proposal, error)
}

// Applier puts project files into force.
type Applier interface {
	Apply(ctx context.Context, f applyproject.File) (pipeline.ProjectRecord, error)
	Publish(ctx context.Context, c applyproject.RunbookChange) error
	Pause(ctx context.Context, c applyproject.RunbookChange) error
	Resume(ctx context.Context, c applyproject.RunbookChange) error
}

// Starter makes runs of runbooks.
type Starter interface {
	Request(ctx context.Context, r startrunbook.Request) (pipeline.Run, error)
}

// Canceller ends deployments and runs early.
type Canceller interface {
	Cancel(ctx context.Context, id pipeline.ExecutionID, by, note string) error
}

// Promoter requests deployments.
type Promoter interface {
	Request(ctx context.Context, r pipeline.Release, environment string, by pipeline.Requester) (pipeline.Deployment, error)
	Rollback(ctx context.Context, project, environment string, by pipeline.Requester) (pipeline.Deployment, error)
}

// Decider records decisions.
type Decider interface {
	Decide(ctx context.Context, d decideapproval.Decision) error
}

// Config is what the API is made of.
type Config struct {
	Store     Store
	Objects   Objects
	Planner   Planner
	Plans     Plans
	Applier   Applier
	Promoter  Promoter
	Decider   Decider
	Starter   Starter
	Canceller Canceller
	Platform  platform.Platform
	Packages  string // bucket
	Work      string // bucket
	Now       func() time.Time
}

// An API answers requests.
type API struct {
	Config
	routes *http.ServeMux
}

// New returns the API.
func New(c Config) *API {
	a := &API{Config: c, routes: http.NewServeMux()}
	for pattern, answer := range map[string]answer{
		"GET /projects":                                                 a.listProjects,
		"PUT /projects/{project}":                                       a.apply,
		"GET /projects/{project}/status":                                a.status,
		"GET /projects/{project}/releases":                              a.listReleases,
		"GET /projects/{project}/releases/{version}":                    a.showRelease,
		"GET /projects/{project}/releases/{version}/plan/{environment}": a.plan,
		"GET /projects/{project}/deployments":                           a.listDeployments,
		"POST /projects/{project}/deployments":                          a.promote,
		"POST /projects/{project}/environments/{environment}/rollback":  a.rollback,
		"GET /deployments/{deployment}":                                 a.showDeployment,
		"GET /deployments/{deployment}/plan":                            a.deploymentPlan,
		"GET /deployments/{deployment}/logs":                            a.logs,
		"POST /deployments/{deployment}/decisions":                      a.decide,
		"POST /deployments/{deployment}/cancel":                         a.cancelDeployment,
		"GET /projects/{project}/audit":                                 a.audit,
		"GET /projects/{project}/runbooks":                              a.listRunbooks,
		"POST /projects/{project}/runbooks/{runbook}/runs":              a.requestRun,
		"GET /projects/{project}/runbooks/{runbook}/runs":               a.listRuns,
		"POST /projects/{project}/runbooks/{runbook}/publish":           a.publishRunbook,
		"POST /projects/{project}/runbooks/{runbook}/pause":             a.pauseRunbook,
		"POST /projects/{project}/runbooks/{runbook}/resume":            a.resumeRunbook,
		"GET /runs/{run}":                                               a.showRun,
		"GET /runs/{run}/logs":                                          a.runLogs,
		"POST /runs/{run}/decisions":                                    a.decideRun,
		"POST /runs/{run}/cancel":                                       a.cancelRun,
		"POST /packages/{package}/{version}":                            a.push,
		"GET /packages/{package}/{version}":                             a.showPackage,
	} {
		a.routes.Handle(pattern, a.handle(answer))
	}
	a.routes.Handle("/", a.handle(func(r *http.Request) (any, error) {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, errNoRoute)
	}))
	return a
}

// ServeHTTP answers a request whose caller is known; see [WithCaller].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.routes.ServeHTTP(w, r) }

// An answer returns what is encoded as the response's JSON.
type answer func(r *http.Request) (any, error)

func (a *API) handle(f answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := f(r)
		status := http.StatusOK
		if err != nil {
			status, body = refusal(err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(body); err != nil {
			slog.ErrorContext(r.Context(), "write response", "path", r.URL.Path, "error", err)
		}
	})
}

var errNoRoute = errors.New("no such resource")

// An Error is the body of every answer that is no success.
type Error struct {
	Error struct {
		Code     string `json:"code"`
		Message  string `json:"message"`
		Problems any    `json:"problems,omitempty"` // of a project file: its faults with line and column
	} `json:"error"`
}

// refusal returns the status and the body that tell err. What the caller can't
// mend is logged here, as the answer keeps its details to itself.
func refusal(err error) (status int, body Error) {
	for _, known := range []struct {
		err    error
		status int
		code   string
	}{
		{pipeline.ErrEnded, http.StatusConflict, "Ended"},
		{pipeline.ErrRefused, http.StatusForbidden, "Refused"},
		{pipeline.ErrInvalid, http.StatusBadRequest, "Invalid"},
		{pipeline.ErrNotFound, http.StatusNotFound, "NotFound"},
		{errNoRoute, http.StatusNotFound, "NoSuchResource"},
		{pipeline.ErrConflict, http.StatusServiceUnavailable, "Busy"},
	} {
		if errors.Is(err, known.err) {
			body.Error.Code, body.Error.Message = known.code, pipeline.Message(err)
			if problems := applyproject.Problems(err); known.err == pipeline.ErrInvalid && problems[0].Line > 0 {
				body.Error.Problems = problems
			}
			return known.status, body
		}
	}
	slog.Error("answer request", "error", err)
	body.Error.Code, body.Error.Message = "Internal", "the request failed for a reason that is not yours; it has been logged, and may be repeated"
	return http.StatusInternalServerError, body
}

// A callerKey is the context key of the caller's name.
type callerKey struct{}

// WithCaller returns ctx with the name of who makes the request; "" for nobody known.
func WithCaller(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, callerKey{}, name)
}

// caller returns the name of who makes the request, or [pipeline.ErrRefused] when
// nobody is known to.
func caller(r *http.Request) (string, error) {
	name, _ := r.Context().Value(callerKey{}).(string)
	if name == "" {
		return "", fmt.Errorf("who asks is not known: sign the request, as the slipway command does when AWS_ACCESS_KEY_ID is set: %w", pipeline.ErrRefused)
	}
	return name, nil
}

// maxBody is the longest request body, in bytes; Lambda takes 6 MB at most.
const maxBody = 1 << 20

// decode reads the body of r into in, which must name every member that comes.
func decode(r *http.Request, in any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(in); err != nil {
		return fmt.Errorf("request body: %s: %w", err.Error(), pipeline.ErrInvalid)
	}
	return nil
}
