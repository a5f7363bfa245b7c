package sns

import (
	"fmt"
	"net/http"
	"strings"

	"slipway/infra/local/awsjson"
)

// invalidParameter is a refusal of a parameter; what is wrong begins with its name.
func invalidParameter(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("InvalidParameter", "Invalid parameter: "+format, args...)
}

// invalidValue is a refusal of a message attribute.
func invalidValue(format string, args ...any) *awsjson.Error {
	return awsjson.Errorf("ParameterValueInvalid", format, args...)
}

// notFound tells that a "Topic" or a "Subscription" is not there.
func notFound(kind string) *awsjson.Error {
	return &awsjson.Error{Code: "NotFound", Message: kind + " does not exist", Status: http.StatusNotFound}
}

// checkARN refuses what can't be an ARN.
func checkARN(parameter, arn string) error {
	const least = 6
	if elements := strings.Count(arn, ":") + 1; elements < least {
		return invalidParameter("%s Reason: An ARN must have at least %d elements, not %d", parameter, least, elements)
	}
	return nil
}

// A reason is why SNS refuses an attribute of a subscription, in its own words.
type reason string

func reasonf(format string, args ...any) reason { return reason(fmt.Sprintf(format, args...)) }

// Error returns the reason.
func (r reason) Error() string { return string(r) }
