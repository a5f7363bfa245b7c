package codebuild

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"slipway/infra/local/awsjson"
	"slipway/infra/local/store"
)

// pageSize is the most ids in one answer or request, per the API reference.
const pageSize = 100

// anonymous is the initiator of a build whose request nobody signed.
const anonymous = "anonymous"

// tokenWindow is how long a StartBuild token is honoured, per the StartBuild reference.
const tokenWindow = 5 * time.Minute

type startBuildInput struct {
	ProjectName                  string     `json:"projectName"`
	IdempotencyToken             string     `json:"idempotencyToken"`
	TimeoutInMinutesOverride     int        `json:"timeoutInMinutesOverride"`
	EnvironmentVariablesOverride []Variable `json:"environmentVariablesOverride"`

	// What these override is told of the build, and has no effect on one machine.
	ImageOverride                    string `json:"imageOverride"`
	ComputeTypeOverride              string `json:"computeTypeOverride"`
	EnvironmentTypeOverride          string `json:"environmentTypeOverride"`
	ImagePullCredentialsTypeOverride string `json:"imagePullCredentialsTypeOverride"`
}

type buildOutput struct {
	Build buildJSON `json:"build"`
}

func (e *Engine) startBuild(r *http.Request, in startBuildInput) (any, error) {
	if err := checkVariables(in.EnvironmentVariablesOverride); err != nil {
		return nil, invalidInput("%s", err)
	}
	if t := in.TimeoutInMinutesOverride; t != 0 && (t < minMinutes || t > maxMinutes) {
		return nil, invalidInput("Invalid timeoutInMinutesOverride: %d is not within %d and %d", t, minMinutes, maxMinutes)
	}
	var b build
	err := e.Store.Update(func(tx store.Tx) error {
		p, err := readProject(tx, in.ProjectName)
		switch {
		case err != nil:
			return err
		case p == nil:
			return resourceNotFound("Project cannot be found: %s", e.arn("project", in.ProjectName))
		}
		asked, found := in.build(*p, cmp.Or(awsjson.Caller(r), anonymous)), false
		if b, found, err = e.repeated(tx, *p, asked); err != nil || found {
			return err
		}
		b, err = e.create(tx, *p, asked)
		return err
	})
	return buildOutput{e.describe(b)}, err
}

// build returns the build that is asked for of p.
func (in startBuildInput) build(p project, initiator string) build {
	b := build{Token: in.IdempotencyToken, Minutes: p.Minutes, Initiator: initiator, Overrides: normalise(in.EnvironmentVariablesOverride),
		Machine: machine{in.ImageOverride, in.EnvironmentTypeOverride, in.ComputeTypeOverride, in.ImagePullCredentialsTypeOverride}.withDefaults()}
	if in.TimeoutInMinutesOverride != 0 {
		b.Minutes = in.TimeoutInMinutesOverride
	}
	b.Variables = slices.DeleteFunc(slices.Clone(p.Variables), func(v Variable) bool {
		return slices.ContainsFunc(b.Overrides, func(o Variable) bool { return o.Name == v.Name })
	})
	b.Variables = append(b.Variables, b.Overrides...)
	return b
}

// repeated returns the build that a request with the same token has started not long ago.
func (e *Engine) repeated(tx store.Tx, p project, asked build) (b build, found bool, err error) {
	if asked.Token == "" {
		return build{}, false, nil
	}
	since := e.Clock.Now().Add(-tokenWindow)
	for b, err := range latest(tx, p.Name, p.Builds) {
		switch {
		case err != nil:
			return build{}, false, err
		case b.Started.Before(since):
			return build{}, false, nil
		case b.Token != asked.Token:
			continue
		case b.Minutes != asked.Minutes || b.Machine != asked.Machine || !slices.Equal(b.Overrides, asked.Overrides):
			return build{}, false, invalidInput("Parameter mismatch: idempotencyToken %s was used with other parameters", asked.Token)
		}
		return b, true, nil
	}
	return build{}, false, nil
}

type stopBuildInput struct {
	ID string `json:"id"`
}

// stopBuild answers before the build's command has ended; its status follows then.
func (e *Engine) stopBuild(in stopBuildInput) (any, error) {
	var b build
	err := e.Store.Update(func(tx store.Tx) (err error) {
		if b, err = readBuild(tx, e.buildID(in.ID)); err != nil || b.Status != statusInProgress {
			return err
		}
		b.Stopping = true
		tx.OnCommit(func() { e.stop(b.ID) })
		return store.PutJSON(tx, buildTable, []byte(b.ID), b)
	})
	return buildOutput{e.describe(b)}, err
}

// buildID takes a build's id or its ARN.
func (e *Engine) buildID(text string) string { return strings.TrimPrefix(text, e.arn("build", "")) }

type batchGetBuildsInput struct {
	IDs []string `json:"ids"`
}

type batchGetBuildsOutput struct {
	Builds   []buildJSON `json:"builds"`
	NotFound []string    `json:"buildsNotFound"`
}

func (e *Engine) batchGetBuilds(in batchGetBuildsInput) (any, error) {
	if len(in.IDs) == 0 || len(in.IDs) > pageSize {
		return nil, invalidInput("Invalid ids: %d of them, not 1 to %d", len(in.IDs), pageSize)
	}
	out := batchGetBuildsOutput{Builds: []buildJSON{}, NotFound: []string{}}
	err := e.Store.View(func(tx store.Tx) error {
		for _, id := range in.IDs {
			b, err := readBuild(tx, e.buildID(id))
			_, missing := errors.AsType[*awsjson.Error](err)
			switch {
			case missing:
				out.NotFound = append(out.NotFound, id)
			case err != nil:
				return err
			default:
				out.Builds = append(out.Builds, e.describe(b))
			}
		}
		return nil
	})
	return out, err
}

type listBuildsInput struct {
	ProjectName string `json:"projectName"`
	SortOrder   string `json:"sortOrder"`
	NextToken   string `json:"nextToken"`
}

type listBuildsOutput struct {
	IDs       []string `json:"ids"`
	NextToken string   `json:"nextToken,omitempty"`
}

// listBuildsForProject lists the newest build first, as the service does by default.
func (e *Engine) listBuildsForProject(in listBuildsInput) (any, error) {
	if in.SortOrder != "" && in.SortOrder != "DESCENDING" {
		return nil, invalidInput("sortOrder %s is not built in this engine; only DESCENDING is", in.SortOrder)
	}
	out := listBuildsOutput{IDs: []string{}}
	err := e.Store.View(func(tx store.Tx) error {
		p, err := readProject(tx, in.ProjectName)
		switch {
		case err != nil:
			return err
		case p == nil:
			return resourceNotFound("The provided project %s does not exist", e.arn("project", in.ProjectName))
		}
		from := p.Builds
		if in.NextToken != "" {
			if from, err = strconv.ParseInt(in.NextToken, 10, 64); err != nil || from < 0 {
				return invalidInput("Invalid nextToken: %s", in.NextToken)
			}
		}
		for b, err := range latest(tx, p.Name, from) {
			if err != nil {
				return err
			}
			if len(out.IDs) == pageSize {
				out.NextToken = strconv.FormatInt(b.Number, 10)
				return nil
			}
			out.IDs = append(out.IDs, b.ID)
		}
		return nil
	})
	return out, err
}
