package api

import (
	"net/http"
	"strconv"

	"slipway/functions/applyproject"
	"slipway/functions/startrunbook"
	"slipway/shared/pipeline"
)

// A RunbookList is the runbooks of a project, by name.
type RunbookList struct {
	Runbooks []Runbook `json:"runbooks"`
}

// A Runbook is a runbook as the API tells it.
type Runbook struct {
	Name         string      `json:"name"`
	Description  string      `json:"description,omitempty"`
	Environments []string    `json:"environments"`
	Schedule     string      `json:"schedule,omitempty"`
	Timezone     string      `json:"timezone,omitempty"` // of the schedule
	Events       []string    `json:"events,omitempty"`   // that start it, each "alarm NAME" or "event on BUS"
	Concurrency  string      `json:"concurrency"`
	Publish      string      `json:"publish"`
	Published    string      `json:"published"` // digest of the project file whose version triggers run; "" for none
	Draft        bool        `json:"draft"`     // whether the file in force is another
	Paused       *Pause      `json:"paused,omitempty"`
	Prompts      []Prompt    `json:"prompts,omitempty"`
	Runs         int         `json:"runs"` // how many were ever made
	Active       []ActiveRun `json:"active"`
}

// A Pause keeps triggers from starting a runbook.
type Pause struct {
	By   string  `json:"by"`
	At   *string `json:"at"`
	Note string  `json:"note"`
}

// A Prompt is a value that whoever runs a runbook may give.
type Prompt struct {
	Name     string   `json:"name"`
	Label    string   `json:"label,omitempty"`
	Default  string   `json:"default,omitempty"`
	Required bool     `json:"required"`
	Options  []string `json:"options,omitempty"`
}

// An ActiveRun is the run that goes on in an environment, with how many wait for it.
type ActiveRun struct {
	Environment string `json:"environment"`
	Run         string `json:"run"`
	Waiting     int    `json:"waiting"`
}

func (a *API) listRunbooks(r *http.Request) (any, error) {
	name := r.PathValue("project")
	record, err := a.Store.Project(r.Context(), name)
	if err != nil {
		return nil, err
	}
	project, err := a.Planner.InForce(r.Context(), name)
	if err != nil {
		return nil, err
	}
	list := RunbookList{Runbooks: []Runbook{}}
	for _, runbook := range project.Runbooks {
		state, err := a.Store.Runbook(r.Context(), name, runbook.Name)
		if err != nil {
			return nil, err
		}
		list.Runbooks = append(list.Runbooks, reportRunbook(runbook, state, record.Document))
	}
	return list, nil
}

func reportRunbook(b pipeline.Runbook, s pipeline.RunbookState, inForce string) Runbook {
	out := Runbook{Name: b.Name, Description: b.Description, Environments: b.Environments, Concurrency: string(b.Concurrency),
		Publish: string(b.Publish), Published: inForce, Runs: s.Runs, Active: []ActiveRun{}}
	if b.Publish != pipeline.EntryAutomatic {
		out.Published = ""
		if s.Published != nil {
			out.Published = s.Published.Document
		}
		out.Draft = out.Published != inForce
	}
	if b.Schedule != nil {
		out.Schedule, out.Timezone = b.Schedule.Expression, b.Schedule.Timezone
	}
	for _, e := range b.Events {
		if e.Alarm != "" {
			out.Events = append(out.Events, "alarm "+e.Alarm)
		} else {
			out.Events = append(out.Events, "event on "+string(e.Bus))
		}
	}
	if s.Paused != nil {
		out.Paused = &Pause{By: s.Paused.By, At: moment(s.Paused.At), Note: s.Paused.Note}
	}
	for _, p := range b.Prompts {
		out.Prompts = append(out.Prompts, Prompt(p))
	}
	for _, environment := range b.Environments {
		if run, ok := s.Active[environment]; ok {
			out.Active = append(out.Active, ActiveRun{environment, run.String(), len(s.Waiting[environment])})
		}
	}
	return out
}

// A RunRequest asks for a run.
type RunRequest struct {
	Environment string            `json:"environment"`
	Values      map[string]string `json:"values,omitempty"` // for the runbook's prompts
	Draft       bool              `json:"draft,omitempty"`
	// Token names the request: one that comes again with the same token, since the
	// answer to the first was lost, makes no second run.
	Token string `json:"token,omitempty"`
}

func (a *API) requestRun(r *http.Request) (any, error) {
	by, err := caller(r)
	if err != nil {
		return nil, err
	}
	var in RunRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	if err := a.checkEnvironment(in.Environment); err != nil {
		return nil, err
	}
	request := startrunbook.Request{Project: r.PathValue("project"), Runbook: r.PathValue("runbook"), Environment: in.Environment,
		By: by, Draft: in.Draft, Values: in.Values}
	if in.Token != "" {
		request.Occasion = "request " + by + " " + in.Token
	}
	run, err := a.Starter.Request(r.Context(), request)
	if err != nil {
		return nil, err
	}
	return reportRun(run), nil
}

// change makes a change of the runbook that r names, and answers with the project's runbooks.
func (a *API) change(r *http.Request, note string, change func(applyproject.RunbookChange) error) (any, error) {
	by, err := caller(r)
	if err != nil {
		return nil, err
	}
	err = change(applyproject.RunbookChange{Project: r.PathValue("project"), Runbook: r.PathValue("runbook"), By: by, Note: note})
	if err != nil {
		return nil, err
	}
	return a.listRunbooks(r)
}

func (a *API) publishRunbook(r *http.Request) (any, error) {
	return a.change(r, "", func(c applyproject.RunbookChange) error { return a.Applier.Publish(r.Context(), c) })
}

// A PauseRequest says why triggers are paused.
type PauseRequest struct {
	Note string `json:"note"`
}

func (a *API) pauseRunbook(r *http.Request) (any, error) {
	var in PauseRequest
	if err := decode(r, &in); err != nil {
		return nil, err
	}
	return a.change(r, in.Note, func(c applyproject.RunbookChange) error { return a.Applier.Pause(r.Context(), c) })
}

func (a *API) resumeRunbook(r *http.Request) (any, error) {
	return a.change(r, "", func(c applyproject.RunbookChange) error { return a.Applier.Resume(r.Context(), c) })
}

// A RunList is a page of runs, the last first.
type RunList struct {
	Runs   []Run  `json:"runs"`
	Cursor string `json:"cursor"`
}

func (a *API) listRuns(r *http.Request) (any, error) {
	n, below, err := listed(r)
	if err != nil {
		return nil, err
	}
	if _, err := a.Store.Project(r.Context(), r.PathValue("project")); err != nil {
		return nil, err
	}
	runs, err := a.Store.Runs(r.Context(), r.PathValue("project"), r.PathValue("runbook"), below, n)
	if err != nil {
		return nil, err
	}
	list := RunList{Runs: []Run{}}
	for _, run := range runs {
		list.Runs = append(list.Runs, reportRun(run))
	}
	if len(runs) == n && runs[n-1].ID.Number > 1 {
		list.Cursor = strconv.Itoa(runs[n-1].ID.Number)
	}
	return list, nil
}
