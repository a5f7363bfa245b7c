package eventbridge

import (
	"errors"

	"slipway/infra/local/awsjson"
)

func notFound(format string, args ...any) error {
	return awsjson.Errorf("ResourceNotFoundException", format, args...)
}

func invalidArgument(format string, args ...any) error {
	return awsjson.Errorf("InvalidArgument", format, args...)
}

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}

func limitExceeded(format string, args ...any) error {
	return awsjson.Errorf("LimitExceededException", format, args...)
}

// A flaw is what is wrong with a rule that somebody wants.
type flaw struct{ error }

// Unwrap returns the error that says so.
func (f flaw) Unwrap() error { return f.error }

// refusal returns err as the API tells what is wrong with a rule; other errors are
// returned as they are.
func refusal(err error) error {
	wrong, flawed := errors.AsType[flaw](err)
	if _, known := errors.AsType[*awsjson.Error](err); known || !flawed {
		return err
	}
	return invalid("Parameter is not valid. Reason: %v", wrong)
}
