package step

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Accounts gives access to the places that environments name.
type Accounts interface {
	// Config returns the configuration of clients that act for w: in the account and
	// the Region of its target, with the rights of its deploy role, at its endpoint.
	// The error is a [*Failure] when the role can't be taken for lack of rights.
	Config(ctx context.Context, w Work) (aws.Config, error)
}
