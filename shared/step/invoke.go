package step

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

//go:embed schemas/invoke.json
var invokeSchema string

// MaxInvokeTimeout is the longest time that an attempt at an invoke step may take: it
// waits for the function in-line, in a function that Lambda ends after 15 minutes.
const MaxInvokeTimeout = 14 * time.Minute

// invoke invokes a Lambda function and waits for its result.
//
// What it does outside is the function's effect, and nobody can tell whether a function
// whose answer is missing had one. So the result is kept, and an invocation that must
// not happen twice, as is the default, is claimed before it is sent: Start then invokes
// at most once an attempt, whatever becomes of the function that waits.
type invoke struct{}

const invokeKind = "invoke"

// Name implements [Kind].
func (invoke) Name() string { return invokeKind }

// Schema implements [Kind].
func (invoke) Schema() []byte { return []byte(invokeSchema) }

// References implements [Kind].
func (invoke) References(with json.RawMessage) (References, error) {
	p, problem := parseInvoke(with)
	if problem != nil {
		return References{}, problem
	}
	texts, problem := objectTemplates("payload", p.Payload)
	if problem != nil {
		return References{}, problem
	}
	refs := References{Templates: []Template{{Key: "function", Text: p.Function}}}
	if p.Qualifier != "" {
		refs.Templates = append(refs.Templates, Template{Key: "qualifier", Text: p.Qualifier})
	}
	refs.Templates = append(refs.Templates, texts...)
	if problem := refs.checkTemplates(); problem != nil {
		return References{}, problem
	}
	if !strings.ContainsAny(p.Function+p.Qualifier, "{}") {
		if problem := p.checkResolved(); problem != nil {
			return References{}, problem
		}
	}
	return refs, nil
}

// Start implements [Kind]: the function is waited for in-line, and the outcome is done.
func (invoke) Start(ctx context.Context, d Dependencies, w Work) (Outcome, error) {
	p, problem := parseInvoke(w.With)
	if problem == nil {
		problem = p.checkResolved()
	}
	if problem == nil && w.Timeout > MaxInvokeTimeout {
		problem = &Problem{"timeout", fmt.Sprintf("%s is too long for an invocation, which is waited for inside one function", w.Timeout), "write at most 14m, or let a state machine run the function"}
	}
	if problem != nil {
		return Outcome{}, problem.failure()
	}
	config, err := d.Accounts.Config(ctx, w)
	if err != nil {
		return Outcome{}, err
	}
	client := lambda.NewFromConfig(config, func(o *lambda.Options) {
		if !p.Repeatable {
			o.Retryer = onlyThrottled() // the SDK repeats calls of which it can't know whether they had an effect
		}
	})
	call := invocation{client: client, parameters: p, work: w, now: d.Now}
	return keptResult{objects: d.Objects, bucket: d.WorkBucket, jobKey: JobKey(w.Execution, w.Step, w.Attempt), now: d.Now}.
		once(ctx, !p.Repeatable, call.do)
}

// onlyThrottled repeats calls that AWS has refused for being too many: of those alone,
// it is known that they had no effect.
func onlyThrottled() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = []retry.IsErrorRetryable{retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}}
	})
}

// Services implements [Privileged].
func (invoke) Services() []string { return []string{"lambda"} }

// Permissions implements [Privileged].
func (invoke) Permissions() []Permission {
	return []Permission{{
		Actions: []string{"lambda:InvokeFunction"},
		Resources: []string{
			"arn:{partition}:lambda:{region}:{account}:function:{name}",
			"arn:{partition}:lambda:{region}:{account}:function:{name}:*", // its versions and aliases
		},
	}}
}
