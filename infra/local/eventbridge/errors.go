package eventbridge

import "slipway/infra/local/awsjson"

func notFound(format string, args ...any) error {
	return awsjson.Errorf("ResourceNotFoundException", format, args...)
}

func invalidArgument(format string, args ...any) error {
	return awsjson.Errorf("InvalidArgument", format, args...)
}

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}
