package lambda

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
)

// The defaults and limits of a function, per the CreateFunction and
// PutFunctionEventInvokeConfig references.
const (
	defaultTimeout       = 3 * time.Second
	maxTimeout           = 15 * time.Minute
	defaultRetryAttempts = 2
	minEventAge          = time.Minute
	maxEventAge          = 6 * time.Hour // also the default
)

var functionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// A FunctionSpec describes a function.
type FunctionSpec struct {
	Name    string
	Handler awslambda.Handler
	// Timeout ends an invocation, up to 15 minutes; zero means 3 seconds. It is
	// kept only under the wall clock: under a virtual one no time passes meanwhile.
	Timeout time.Duration
	// MaxRetryAttempts is how often a failed asynchronous invocation is repeated, 0 to 2; nil means 2.
	MaxRetryAttempts *int
	// MaxEventAge ends the retries of an asynchronous invocation this long after
	// it was queued, one minute to 6 hours; zero means 6 hours.
	MaxEventAge time.Duration
	// OnFailure is the ARN of the queue that gets a record of each asynchronous
	// invocation that failed for good; empty for none.
	OnFailure string
	// DeadLetter is the ARN of the queue that gets the payload of each such invocation; empty for none.
	DeadLetter string
	// Environment is shown to who asks for the function; the handler, which runs in this process, doesn't see it.
	Environment map[string]string
}

// A function is a FunctionSpec with its defaults filled in.
type function struct {
	FunctionSpec
	arn     string
	retries int
}

// Create makes the function of spec, or replaces the function of that name.
func (e *Engine) Create(spec FunctionSpec) error {
	f := &function{FunctionSpec: spec, arn: e.ARN(spec.Name), retries: defaultRetryAttempts}
	if err := f.complete(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.functions[spec.Name] = f
	return nil
}

// complete fills in the defaults of f and returns what is wrong with it.
func (f *function) complete() error {
	if f.Timeout == 0 {
		f.Timeout = defaultTimeout
	}
	if f.MaxEventAge == 0 {
		f.MaxEventAge = maxEventAge
	}
	if f.MaxRetryAttempts != nil {
		f.retries = *f.MaxRetryAttempts
	}
	switch {
	case !functionName.MatchString(f.Name):
		return fmt.Errorf("function %q: the name must be 1 to 64 letters, digits, hyphens and underscores", f.Name)
	case f.Handler == nil:
		return fmt.Errorf("function %s: the handler is missing", f.Name)
	case f.Timeout < time.Second || f.Timeout > maxTimeout:
		return fmt.Errorf("function %s: time-out %v must be between 1s and %v", f.Name, f.Timeout, maxTimeout)
	case f.retries < 0 || f.retries > defaultRetryAttempts:
		return fmt.Errorf("function %s: maximum retry attempts %d must be 0, 1 or 2", f.Name, f.retries)
	case f.MaxEventAge < minEventAge || f.MaxEventAge > maxEventAge:
		return fmt.Errorf("function %s: maximum event age %v must be between %v and %v", f.Name, f.MaxEventAge, minEventAge, maxEventAge)
	}
	for _, target := range []string{f.OnFailure, f.DeadLetter} {
		if err := checkQueue(target); err != nil {
			return fmt.Errorf("function %s: %w", f.Name, err)
		}
	}
	return nil
}

// checkQueue refuses an ARN that isn't a queue's; an empty one is none.
func checkQueue(arn string) error {
	if arn != "" && !strings.HasPrefix(arn, "arn:aws:sqs:") {
		return fmt.Errorf("destination %s is not supported; use the ARN of an SQS queue", arn)
	}
	return nil
}

// function returns the function with the given name or ARN, which may lack what stands
// before the account. Only its version $LATEST exists.
func (e *Engine) function(nameOrARN string) (*function, error) {
	name, qualifier := nameOrARN, ""
	if strings.HasPrefix(nameOrARN, "arn:") {
		name, _ = strings.CutPrefix(nameOrARN, e.ARN(""))
	}
	name = strings.TrimPrefix(name, e.Account+":function:")
	name, qualifier, _ = strings.Cut(name, ":")
	e.mu.RLock()
	defer e.mu.RUnlock()
	f := e.functions[name]
	if f == nil || (qualifier != "" && qualifier != latest) {
		return nil, e.notFound(nameOrARN)
	}
	return f, nil
}

// allFunctions returns the functions by name.
func (e *Engine) allFunctions() []*function {
	e.mu.RLock()
	defer e.mu.RUnlock()
	all := make([]*function, 0, len(e.functions))
	for _, name := range slices.Sorted(maps.Keys(e.functions)) {
		all = append(all, e.functions[name])
	}
	return all
}
