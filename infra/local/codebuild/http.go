package codebuild

import (
	"net/http"

	"slipway/infra/local/awsjson"
)

// service lists what the engine answers.
func (e *Engine) service() awsjson.Service {
	return awsjson.Service{Target: "CodeBuild_20161006", Version: "1.1", NewID: e.NewID, Malformed: malformed,
		Operations: map[string]awsjson.Operation{
			"StartBuild":           awsjson.AnswerRequest(e.startBuild),
			"StopBuild":            awsjson.Answer(e.stopBuild),
			"BatchGetBuilds":       awsjson.Answer(e.batchGetBuilds),
			"ListBuildsForProject": awsjson.Answer(e.listBuildsForProject),
			"ListProjects":         awsjson.Answer(e.listProjects),
			"BatchGetProjects":     awsjson.Answer(e.batchGetProjects),
		}}
}

// ServeHTTP answers the CodeBuild JSON protocol.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.api.ServeHTTP(w, r) }
