package lambda

import (
	"context"

	awslambda "github.com/aws/aws-lambda-go/lambda"
)

// NewHandler makes a handler of fn, which has one of the signatures that
// aws-lambda-go's Start takes. Unlike a handler of aws-lambda-go itself it may be
// invoked concurrently: theirs returns an answer in a buffer that it has already
// given back to its pool, so that the next invocation writes over it.
func NewHandler(fn any) awslambda.Handler { return freshHandler{fn} }

// A freshHandler makes a new aws-lambda-go handler, with a pool of its own, for each invocation.
type freshHandler struct{ fn any }

func (h freshHandler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return awslambda.NewHandler(h.fn).Invoke(ctx, payload)
}
