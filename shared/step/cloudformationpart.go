package step

import (
	"encoding/json"
	"fmt"
	"strings"

	"slipway/events"
	"slipway/shared/pipeline"
)

// A stackPart is a part of the work on a stack. As a text, which is the work's name, it
// is all that its events can tell.
type stackPart struct {
	kind  string // one of those below
	id    string // of the change set, the stack or the drift detection
	token string // of the request that began an operation; else ""
}

// The kinds of parts.
const (
	changeSetPart = "change-set"
	operationPart = "operation" // a creation, update or deletion
	driftPart     = "drift"
)

// String returns the name of the work.
func (p stackPart) String() string { return strings.TrimSpace(p.kind + " " + p.id + " " + p.token) }

// parseStackPart returns the part with that name, or [pipeline.ErrInvalid].
func parseStackPart(name string) (stackPart, error) {
	fields := strings.Fields(name)
	switch {
	case len(fields) == 3 && fields[0] == operationPart:
		return stackPart{operationPart, fields[1], fields[2]}, nil
	case len(fields) == 2 && (fields[0] == changeSetPart || fields[0] == driftPart):
		return stackPart{kind: fields[0], id: fields[1]}, nil
	}
	return stackPart{}, fmt.Errorf("work %q: not one on a stack: %w", name, pipeline.ErrInvalid)
}

// requestToken returns the token of the attempt's requests.
func requestToken(w Work) string { return ownPrefix + attemptToken(w) }

// cancelSuffix ends the token of the request that cancels what the token before it began.
const cancelSuffix = "-cancel"

// Works implements [Remote]; the events are those of "CloudFormation events detail
// reference" in the CloudFormation user guide.
func (cloudFormation) Works(e events.Raw) []string {
	if e.Source != "aws.cloudformation" {
		return nil
	}
	var change struct {
		Stack     string `json:"stack-id"`
		Token     string `json:"client-request-token"`
		Detection string `json:"stack-drift-detection-id"`
		Status    struct {
			Stack     string `json:"status"`
			Detection string `json:"detection-status"`
		} `json:"status-details"`
	}
	if json.Unmarshal(e.Detail, &change) != nil || strings.HasSuffix(change.Status.Stack+change.Status.Detection, "_IN_PROGRESS") {
		return nil
	}
	token := strings.TrimSuffix(change.Token, cancelSuffix)
	switch {
	case e.DetailType == "CloudFormation Stack Status Change" && ownName.MatchString(token):
		return []string{stackPart{operationPart, change.Stack, token}.String()}
	case e.DetailType == "CloudFormation Drift Detection Status Change" && change.Detection != "":
		return []string{stackPart{kind: driftPart, id: change.Detection}.String()}
	}
	return nil
}
