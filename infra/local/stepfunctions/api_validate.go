package stepfunctions

import (
	"errors"

	"slipway/infra/local/awsjson"
)

type validateInput struct {
	Definition string `json:"definition"`
	Type       string `json:"type"`
	Severity   string `json:"severity"`
	MaxResults int    `json:"maxResults"`
}

type validateOutput struct {
	Result      string       `json:"result"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	Truncated   bool         `json:"truncated"`
}

func (e *Engine) validateStateMachineDefinition(in validateInput) (validateOutput, error) {
	if in.Type != "" && in.Type != "STANDARD" {
		return validateOutput{}, awsjson.Errorf("ValidationException", "Type '%s' is not supported by the local engine; use STANDARD", in.Type)
	}
	if in.Severity != "" && in.Severity != "ERROR" && in.Severity != "WARNING" {
		return validateOutput{}, awsjson.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'severity' failed to satisfy constraint: Member must satisfy enum value set: [ERROR, WARNING]", in.Severity)
	}
	if in.MaxResults < 0 || in.MaxResults > 100 {
		return validateOutput{}, awsjson.Errorf("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must be between 0 and 100", in.MaxResults)
	}
	out := validateOutput{Result: "OK", Diagnostics: []Diagnostic{}}
	var wrong *DefinitionError
	if _, err := e.parse(in.Definition); errors.As(err, &wrong) {
		out.Result, out.Diagnostics = "FAIL", wrong.Diagnostics
	}
	limit := in.MaxResults
	if limit == 0 {
		limit = 100
	}
	if out.Truncated = len(out.Diagnostics) > limit; out.Truncated {
		out.Diagnostics = out.Diagnostics[:limit]
	}
	return out, nil
}
