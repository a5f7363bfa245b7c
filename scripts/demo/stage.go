package main

import (
	"context"
	"fmt"
	"io"

	"slipway/events"
)

// A stage is where the demonstration is played: one act a method, told to out.
type stage struct {
	players
	*watch
	out io.Writer
}

func (s stage) say(format string, values ...any) {
	fmt.Fprintf(s.out, "\n"+format+"\n", values...)
}

// begin sets the project up and brings release 1.0.0 to production.
func (s stage) begin(ctx context.Context) error {
	s.say("A platform engineer makes the site's alarm and applies the project file, and CI pushes web 1.0.0.")
	if err := s.makeAlarm(ctx); err != nil {
		return err
	}
	if err := s.apply(ctx); err != nil {
		return err
	}
	if err := s.pushPreviews(ctx); err != nil {
		return err
	}
	if err := s.release(ctx, "1.0.0"); err != nil {
		return err
	}
	s.say("Release 1.0.0 is in production. The sites:")
	for _, environment := range []string{"dev", "staging", "production"} {
		fmt.Fprintf(s.out, "  %s/%s/%s/index.html\n", s.endpoint, site, environment)
	}
	return nil
}

// end plays what people would do next: another release, and the runbooks.
func (s stage) end(ctx context.Context) error {
	s.say("CI pushes web 1.1.0.")
	if err := s.release(ctx, "1.1.0"); err != nil {
		return err
	}
	if err := s.cleanUp(ctx); err != nil {
		return err
	}
	if err := s.drill(ctx); err != nil {
		return err
	}
	return s.incident(ctx)
}

// handOver pushes release 1.1.0, and leaves its approval and the runbooks to whoever
// looks on.
func (s stage) handOver(ctx context.Context) error {
	s.say("CI pushes web 1.1.0; it will wait for your approval.")
	if err := s.push(ctx, "1.1.0"); err != nil {
		return err
	}
	asked, err := s.awaitApproval(ctx, "1.1.0")
	if err != nil {
		return err
	}
	s.say(yourTurn, s.web, asked.Deployment.Deployment, s.endpoint)
	return nil
}

// yourTurn tells what to do; its values are the address of the API, the deployment that
// waits, and the AWS endpoint.
const yourTurn = `Your turn, from another shell:
  export AWS_ACCESS_KEY_ID=manager1 AWS_SECRET_ACCESS_KEY=local SLIPWAY_API=%s
  go run ./cmd/slipway status storefront
  go run ./cmd/slipway approve %s --note 'looks good'
Then the runbooks:
  go run ./cmd/slipway runbook list storefront
  go run ./cmd/slipway runbook run storefront nightly-clean-up production --wait
  go run ./cmd/slipway runbook run storefront restore-drill staging --value VERSION=1.0.0 --wait
And an incident, which takes 1.1.0 back once you approve:
  aws --endpoint-url %s --region us-east-1 cloudwatch set-alarm-state --alarm-name storefront-errors --state-value ALARM --state-reason drill
  go run ./cmd/slipway approve storefront_1_production_2 --note 'take it back'
  go run ./cmd/slipway audit storefront --all
Ctrl-C ends it.`

// release pushes a version and sees it to production.
func (s stage) release(ctx context.Context, version string) error {
	if err := s.push(ctx, version); err != nil {
		return err
	}
	if err := s.approveNext(ctx, version); err != nil {
		return err
	}
	_, err := await(ctx, s.watch, func(e events.DeploymentSucceeded) bool { return e.Release == version && e.Environment == "production" })
	return err
}

// approveNext waits until a deployment of version asks for approval, and approves it.
func (s stage) approveNext(ctx context.Context, version string) error {
	asked, err := s.awaitApproval(ctx, version)
	if err != nil {
		return err
	}
	s.say("manager1 looks at the plan and starts %s.", asked.Start.StateMachine)
	return s.approve(ctx, asked)
}
