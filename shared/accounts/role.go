package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"slipway/shared/step"
)

// duration is how long a session of a deploy role lasts, in seconds: STS's least, and as
// long as an invocation of a function may. What works longer takes the role again.
const duration = 900

// role gives the credentials of a session; the SDK asks it for each request.
type role struct {
	sts      *sts.Client
	sessions *sessions
	session  session
}

// Retrieve implements [aws.CredentialsProvider]. The error is a [*step.Failure] when the
// role refuses who asks.
func (r role) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if c, ok := r.sessions.get(r.session); ok {
		return c, nil
	}
	out, err := r.sts.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:         aws.String(r.session.arn),
		RoleSessionName: aws.String(r.session.name()),
		ExternalId:      aws.String(r.session.externalID()),
		DurationSeconds: aws.Int32(duration),
		Tags:            r.session.tags(),
	})
	if err != nil {
		return aws.Credentials{}, r.failure(err)
	}
	c := out.Credentials
	if c == nil || c.AccessKeyId == nil || c.SecretAccessKey == nil || c.Expiration == nil {
		return aws.Credentials{}, fmt.Errorf("take role %s: STS answers without credentials", r.session.arn)
	}
	taken := aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: aws.ToString(c.SessionToken),
		Source: "deploy role", CanExpire: true, Expires: *c.Expiration}
	r.sessions.put(r.session, taken)
	return taken, nil
}

// failure returns the step's failure for a role that can't be taken, or else err for a
// question that had no answer.
func (r role) failure(err error) error {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		switch answer.ErrorCode() {
		case "AccessDenied", "AccessDeniedException":
			return r.refused(answer)
		case "RegionDisabledException", "PackedPolicyTooLarge":
			return permanent("RoleUnusable", "the deploy role %s of environment %s can't be taken: %s", r.session.arn, r.session.environment, answer.ErrorMessage())
		}
	}
	return fmt.Errorf("take role %s: %w", r.session.arn, err)
}

func (r role) refused(answer smithy.APIError) *step.Failure {
	return permanent("RoleRefused", "the deploy role %s of environment %s is not there or doesn't trust Slipway (external id %q): %s; "+
		"deploy the stack that makes it, as docs/accounts.md tells, for this account of Slipway",
		r.session.arn, r.session.environment, r.session.externalID(), answer.ErrorMessage())
}

// noRole is the failure of a step in another account without a role to act there.
func noRole(w step.Work) *step.Failure {
	return permanent("NoRole", "environment %s is in account %s and has no deploy role: name it under role of environment %s in infra/platform.yaml and deploy the stack",
		w.Environment, w.Target.Account, w.Environment)
}

// permanent returns a failure that another attempt can't mend.
func permanent(name, format string, args ...any) *step.Failure {
	return &step.Failure{Name: name, Cause: fmt.Sprintf(format, args...), Permanent: true}
}
