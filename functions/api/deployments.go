package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/functions/decideapproval"
	"slipway/shared/gate"
	"slipway/shared/objects"
	"slipway/shared/pipeline"
	"slipway/shared/step"
)

// A Deployment is a deployment as the API tells it; times are RFC 3339, null for
// what has not come to pass.
type Deployment struct {
	ID          string     `json:"id"`
	Project     string     `json:"project"`
	Release     string     `json:"release"`
	Environment string     `json:"environment"`
	Status      string     `json:"status"`
	Plan        string     `json:"plan"`
	Rollback    string     `json:"rollback,omitempty"` // the deployment that this one takes back
	RequestedBy string     `json:"requestedBy"`
	RequestedAt *string    `json:"requestedAt"`
	StartedAt   *string    `json:"startedAt"`
	FinishedAt  *string    `json:"finishedAt"`
	Reason      string     `json:"reason,omitempty"` // why it ended other than by success
	Approvals   []Approval `json:"approvals"`
	Steps       []Step     `json:"steps,omitempty"` // of one that is shown alone: those that have started
}

// An Approval is one decision.
type Approval struct {
	By       string  `json:"by"`
	Decision string  `json:"decision"`
	Note     string  `json:"note"`
	At       *string `json:"at"`
}

// A Step is the latest attempt at a step.
type Step struct {
	Step       string            `json:"step"`
	Kind       string            `json:"kind"`
	Attempt    int               `json:"attempt"`
	Status     string            `json:"status"`
	StartedAt  *string           `json:"startedAt"`
	FinishedAt *string           `json:"finishedAt"`
	Outputs    map[string]string `json:"outputs,omitempty"`
	Error      string            `json:"error,omitempty"`
	Cause      string            `json:"cause,omitempty"`
	Asked      *Asked            `json:"asked,omitempty"` // of a step that asks for an approval
	Approvals  []Approval        `json:"approvals,omitempty"`
}

// Asked is what an approval takes.
type Asked struct {
	Message   string   `json:"message,omitempty"`
	Quorum    int      `json:"quorum"`
	Approvers []string `json:"approvers"` // groups
}

// moment returns t in RFC 3339, or nil for the zero time.
func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC().Format(time.RFC3339Nano))
}

func report(deployments []pipeline.Deployment) []Deployment {
	all := make([]Deployment, len(deployments))
	for i, d := range deployments {
		all[i] = reportOne(d)
	}
	return all
}

func reportOne(d pipeline.Deployment) Deployment {
	out := Deployment{ID: d.ID.String(), Project: d.ID.Project, Release: d.Version.String(), Environment: d.ID.Environment,
		Status: string(d.Status), Plan: d.Plan, RequestedBy: d.RequestedBy, Reason: d.Reason, Approvals: []Approval{},
		RequestedAt: moment(d.RequestedAt), StartedAt: moment(d.StartedAt), FinishedAt: moment(d.FinishedAt)}
	if d.Rollback != nil {
		out.Rollback = d.Rollback.Of.String()
	}
	out.Approvals = append(out.Approvals, approvals(d.Approvals)...)
	return out
}

// A DeploymentList is a page of deployments, those requested last first.
type DeploymentList struct {
	Deployments []Deployment `json:"deployments"`
	Cursor      string       `json:"cursor"`
}

func (a *API) listDeployments(r *http.Request) (any, error) {
	n, below, err := listed(r)
	if err != nil {
		return nil, err
	}
	if _, err := a.Store.Project(r.Context(), r.PathValue("project")); err != nil {
		return nil, err
	}
	deployments, next, err := a.Store.Deployments(r.Context(), r.PathValue("project"), below, n)
	if err != nil {
		return nil, err
	}
	list := DeploymentList{Deployments: report(deployments)}
	if next > 0 {
		list.Cursor = strconv.Itoa(next)
	}
	return list, nil
}

func (a *API) deployment(r *http.Request) (pipeline.Deployment, error) {
	id, err := pipeline.ParseDeploymentID(r.PathValue("deployment"))
	if err != nil {
		return pipeline.Deployment{}, err
	}
	return a.Store.Deployment(r.Context(), id)
}

func (a *API) showDeployment(r *http.Request) (any, error) {
	d, err := a.deployment(r)
	if err != nil {
		return nil, err
	}
	out := reportOne(d)
	out.Steps, err = a.steps(r, pipeline.ExecutionID{Deployment: d.ID})
	return out, err
}

// deploymentPlan returns the plan that a deployment asks approval of or carries out, as
// it is kept. What stands against one that has ended is not told.
func (a *API) deploymentPlan(r *http.Request) (any, error) {
	d, err := a.deployment(r)
	if err != nil {
		return nil, err
	}
	if d.Plan == "" {
		return nil, fmt.Errorf("deployment %s is %s and has no plan; it has one once it asks for approval or has its environment: %w", d.ID, d.Status, pipeline.ErrNotFound)
	}
	report := PlanReport{Hash: d.Plan, Verdicts: []gate.Verdict{}}
	if report.Plan, err = a.Plans.Read(r.Context(), d.Plan); err != nil || d.Status.Terminal() {
		return report, err
	}
	release, err := a.Store.Release(r.Context(), d.ID.Project, d.ID.Release)
	if err != nil {
		return nil, err
	}
	situation, err := a.Planner.Situation(r.Context(), d, release)
	if err != nil {
		return nil, err
	}
	report.Verdicts = append(report.Verdicts, gate.Judge(situation, d.Plan)...)
	return report, nil
}

// steps returns the steps that have started, by name.
func (a *API) steps(r *http.Request, id pipeline.ExecutionID) ([]Step, error) {
	steps, err := a.Store.Steps(r.Context(), id)
	var all []Step
	for _, s := range steps {
		one := Step{Step: s.Step, Kind: s.Kind, Attempt: s.Attempt, Status: string(s.Status), Outputs: s.Outputs,
			Error: s.Error, Cause: s.Cause, StartedAt: moment(s.StartedAt), FinishedAt: moment(s.FinishedAt), Approvals: approvals(s.Approvals)}
		if s.Asked != nil {
			one.Asked = &Asked{Message: s.Asked.Message, Quorum: s.Asked.Quorum, Approvers: s.Asked.Groups}
		}
		all = append(all, one)
	}
	return all, err
}

// approvals returns decisions as the API tells them.
func approvals(decisions []pipeline.Approval) []Approval {
	var all []Approval
	for _, a := range decisions {
		all = append(all, Approval{By: a.By, Decision: a.Decision, Note: a.Note, At: moment(a.At)})
	}
	return all
}

// rollback takes back what the project has in the environment.
func (a *API) rollback(r *http.Request) (any, error) {
	by, err := caller(r)
	if err != nil {
		return nil, err
	}
	if err := a.checkEnvironment(r.PathValue("environment")); err != nil {
		return nil, err
	}
	if _, err := a.Store.Project(r.Context(), r.PathValue("project")); err != nil {
		return nil, err
	}
	d, err := a.Promoter.Rollback(r.Context(), r.PathValue("project"), r.PathValue("environment"), pipeline.Requester{By: by})
	if err != nil {
		return nil, err
	}
	return reportOne(d), nil
}

// A LogReport is what the steps of a deployment have logged.
type LogReport struct {
	Logs []Log `json:"logs"`
}

// A Log is what one attempt at a step has logged.
type Log struct {
	Step    string   `json:"step"`
	Attempt int      `json:"attempt"`
	Lines   []string `json:"lines"`
}

// logs returns the logs of every attempt at every step, in the order of their starts.
func (a *API) logs(r *http.Request) (any, error) {
	d, err := a.deployment(r)
	if err != nil {
		return nil, err
	}
	return a.logsOf(r, pipeline.ExecutionID{Deployment: d.ID})
}

func (a *API) logsOf(r *http.Request, id pipeline.ExecutionID) (any, error) {
	steps, err := a.Store.Steps(r.Context(), id)
	if err != nil {
		return nil, err
	}
	report := LogReport{Logs: []Log{}}
	for _, s := range inOrder(steps) {
		for attempt := 1; attempt <= s.Attempt; attempt++ {
			lines, err := a.lines(r, step.LogKey(id.String(), s.Step, attempt))
			if err != nil {
				return nil, err
			}
			report.Logs = append(report.Logs, Log{s.Step, attempt, lines})
		}
	}
	return report, nil
}

// maxLog is how much of a log an answer holds, in bytes, as Lambda's answers are limited.
const maxLog = 1 << 20

// lines returns the log under key; none when nothing was logged.
func (a *API) lines(r *http.Request, key string) ([]string, error) {
	body, err := a.Objects.Read(r.Context(), objects.Location{Bucket: a.Work, Key: key})
	if errors.Is(err, pipeline.ErrNotFound) {
		return []string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read log %s: %w", key, err)
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, maxLog))
	if err != nil {
		return nil, fmt.Errorf("read log %s: %w", key, err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), nil
}

// A DecisionRequest decides on a plan.
type DecisionRequest struct {
	Step     string `json:"step,omitempty"` // that asks, if one does
	Plan     string `json:"plan"`
	Decision string `json:"decision"` // "approve" or "reject"
	Note     string `json:"note"`
}

func (a *API) decide(r *http.Request) (any, error) {
	id, err := pipeline.ParseDeploymentID(r.PathValue("deployment"))
	if err == nil {
		err = a.decideOn(r, pipeline.ExecutionID{Deployment: id})
	}
	if err != nil {
		return nil, err
	}
	return a.showDeployment(r)
}

// decideOn records the decision that r asks for.
func (a *API) decideOn(r *http.Request, id pipeline.ExecutionID) error {
	by, err := caller(r)
	if err != nil {
		return err
	}
	var in DecisionRequest
	if err := decode(r, &in); err != nil {
		return err
	}
	return a.Decider.Decide(r.Context(), decideapproval.Decision{Execution: id, Step: in.Step, Plan: in.Plan, Decision: in.Decision, Note: in.Note, By: by})
}

// A CancelRequest says why something is to end early.
type CancelRequest struct {
	Note string `json:"note"`
}

func (a *API) cancelDeployment(r *http.Request) (any, error) {
	id, err := pipeline.ParseDeploymentID(r.PathValue("deployment"))
	if err == nil {
		err = a.cancel(r, pipeline.ExecutionID{Deployment: id})
	}
	if err != nil {
		return nil, err
	}
	return a.showDeployment(r)
}

// cancel ends what id names early.
func (a *API) cancel(r *http.Request, id pipeline.ExecutionID) error {
	by, err := caller(r)
	if err != nil {
		return err
	}
	var in CancelRequest
	if err := decode(r, &in); err != nil {
		return err
	}
	return a.Canceller.Cancel(r.Context(), id, by, in.Note)
}

// inOrder returns steps by the time of their start.
func inOrder(steps []pipeline.StepRun) []pipeline.StepRun {
	slices.SortStableFunc(steps, func(x, y pipeline.StepRun) int { return x.StartedAt.Compare(y.StartedAt) })
	return steps
}
