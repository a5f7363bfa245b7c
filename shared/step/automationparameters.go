package step

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// automationParameters are the parameters of [automation].
type automationParameters struct {
	Document   string              `json:"document"`
	Version    string              `json:"version"`
	Parameters map[string]textList `json:"parameters"`
}

// Forms and limits of the StartAutomationExecution reference.
var (
	documentName    = regexp.MustCompile(`^[a-zA-Z0-9_.:/-]{3,128}$`)
	documentVersion = regexp.MustCompile(`^(\$LATEST|\$DEFAULT|[1-9][0-9]{0,9})$`)
)

const (
	maxRunbookParameters = 200
	maxRunbookParameter  = 50 // characters of a name, and values of a list
)

func parseAutomation(with json.RawMessage) (automationParameters, *Problem) {
	var p automationParameters
	if problem := decode(with, &p); problem != nil {
		return p, problem
	}
	switch {
	case !documentName.MatchString(p.Document):
		return p, &Problem{"document", fmt.Sprintf("%.80q is not the name of a runbook", p.Document), "name an Automation runbook such as AWS-RestartEC2Instance, or give the ARN of one that is shared with you"}
	case p.Version != "" && !documentVersion.MatchString(p.Version):
		return p, &Problem{"version", fmt.Sprintf("%.20q is not a version", p.Version), "write a number such as \"3\", or $DEFAULT or $LATEST"}
	case len(p.Parameters) > maxRunbookParameters:
		return p, &Problem{"parameters", fmt.Sprintf("are %d", len(p.Parameters)), fmt.Sprintf("give at most %d", maxRunbookParameters)}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Parameters)) {
		switch {
		case name == "" || utf8.RuneCountInString(name) > maxRunbookParameter:
			return p, &Problem{"parameters", fmt.Sprintf("%.60q is not a name", name), fmt.Sprintf("write 1 to %d characters", maxRunbookParameter)}
		case len(p.Parameters[name]) > maxRunbookParameter:
			return p, &Problem{"parameters", fmt.Sprintf("%q has %d values", name, len(p.Parameters[name])), fmt.Sprintf("give at most %d", maxRunbookParameter)}
		}
	}
	return p, nil
}

// templates returns the texts that may hold placeholders: all values.
func (p automationParameters) templates() []Template {
	var all []Template
	for _, name := range slices.Sorted(maps.Keys(p.Parameters)) {
		all = append(all, p.Parameters[name].templates("parameters", name)...)
	}
	return all
}

// values returns the parameters as the service takes them.
func (p automationParameters) values() map[string][]string {
	all := make(map[string][]string, len(p.Parameters))
	for name, values := range p.Parameters {
		all[name] = values
	}
	return all
}

// refused returns what err, the answer to a request to start the runbook, says of the step.
func (p automationParameters) refused(w Work, err error) error {
	var unknown *types.AutomationDefinitionNotFoundException
	var version *types.AutomationDefinitionVersionNotFoundException
	var unapproved *types.AutomationDefinitionNotApprovedException
	var parameters *types.InvalidAutomationExecutionParametersException
	name := ""
	switch {
	case errors.As(err, &unknown), errors.As(err, &version):
		name = "NoSuchDocument"
	case errors.As(err, &unapproved):
		name = "NotApproved"
	case errors.As(err, &parameters):
		name = "BadParameter"
	default:
		return callError(err, "automation", w, "start runbook "+p.Document)
	}
	var answer smithy.APIError
	errors.As(err, &answer) // each of them is one
	return permanent(name, "Systems Manager refuses to run %s in environment %s: %s", p.Document, w.Environment, answer.ErrorMessage())
}

// automationToken names the attempt in the form of a UUID, which the service asks of a
// client token: version 8 of RFC 9562, whose bits are the attempt's hash.
func automationToken(w Work) string {
	sum := sha256.Sum256([]byte(JobKey(w.Execution, w.Step, w.Attempt)))
	const version, variant = 0x80, 0x80
	sum[6], sum[8] = sum[6]&0x0f|version, sum[8]&0x3f|variant
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
