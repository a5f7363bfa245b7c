// Package accounts gives steps access to the places that environments name: another
// account, another Region, a deploy role, or a server that answers in AWS's place.
package accounts

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"slipway/shared/step"
)

// Accounts makes the configurations of clients that act in environments. It is safe
// for concurrent use.
type Accounts struct {
	config    aws.Config
	account   string
	partition string
	network   *http.Client
	sessions  *sessions
}

var _ step.Accounts = (*Accounts)(nil)

// New returns access to the places of environments for who has the configuration: an
// installation in the account and the partition (such as "aws"). Requests to endpoints
// go over network, those to AWS over the configuration's own client; a nil network
// stands for the latter, too.
func New(config aws.Config, account, partition string, network *http.Client, now func() time.Time) *Accounts {
	return &Accounts{config, account, partition, network, newSessions(now)}
}

// Config implements [step.Accounts]. With a deploy role, its credentials are taken at
// once, so that a step fails by the name of a role that it can't take.
func (a *Accounts) Config(ctx context.Context, w step.Work) (aws.Config, error) {
	c := a.place(w.Target)
	if w.Target.Role == "" {
		if w.Target.Endpoint == "" && w.Target.Account != "" && w.Target.Account != a.account {
			return aws.Config{}, noRole(w)
		}
		return c, nil
	}
	role := a.role(w)
	if _, err := role.Retrieve(ctx); err != nil {
		return aws.Config{}, err
	}
	c.Credentials = role
	return c, nil
}

// place returns the configuration of clients in t, with the installation's own rights
// or, at an endpoint, with none: what answers there is not AWS, and is given nothing
// that AWS takes.
func (a *Accounts) place(t step.Target) aws.Config {
	c := a.config.Copy()
	if t.Region != "" {
		c.Region = t.Region
	}
	if t.Endpoint == "" {
		return c
	}
	c.BaseEndpoint = aws.String(strings.TrimSuffix(t.Endpoint, "/"))
	c.Credentials = credentials.NewStaticCredentialsProvider("slipway", "slipway", "")
	if a.network != nil {
		c.HTTPClient = a.network
	}
	return c
}

// role returns the credentials of w's deploy role. They are asked for in the
// installation's own Region: its STS answers for all others.
func (a *Accounts) role(w step.Work) role {
	hub := w.Target
	hub.Region = ""
	return role{sts.NewFromConfig(a.place(hub)), a.sessions, a.session(w)}
}
