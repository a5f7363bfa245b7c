package codebuild

import (
	"strings"

	"slipway/infra/local/awsjson"
)

func invalidInput(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("InvalidInputException", format, args...)
}

// malformed refuses a request that can't be read with the one code that CodeBuild's
// API reference has for requests that it doesn't take.
func malformed(err error) *awsjson.Error {
	return invalidInput("the request is not understood here: %s", strings.TrimPrefix(err.Error(), "json: "))
}

func resourceNotFound(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("ResourceNotFoundException", format, args...)
}
