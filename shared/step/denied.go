package step

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// denialCodes returns the codes by which AWS's services refuse a call for lack of
// rights; they differ by service.
func denialCodes() []string {
	return []string{"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
}

// throttled tells whether err says that AWS was asked too often, and has done nothing.
func throttled(err error) bool {
	return retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorThrottle(err) == aws.TrueTernary
}

// denied returns the permanent failure of a step of that kind when err says that AWS
// has refused a call for lack of rights, and nil otherwise. AWS's own message names
// the role, the action and the resource.
func denied(err error, kind string, w Work) *Failure {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) || !slices.Contains(denialCodes(), refusal.ErrorCode()) {
		return nil
	}
	return permanent("AccessDenied", "the rights of environment %s are too few: %s; list what the step acts on under allow: { %s: […] } of environment %s in infra/platform.yaml",
		w.Environment, refusal.ErrorMessage(), kind, w.Environment)
}

// callError returns the failure that [denied] makes of err, or err with what was tried.
func callError(err error, kind string, w Work, what string) error {
	if failure := denied(err, kind, w); failure != nil {
		return failure
	}
	return fmt.Errorf("%s: %w", what, err)
}
