package functions

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"slipway/events"
	"slipway/functions/api"
	"slipway/functions/applyproject"
	"slipway/functions/cancelsteps"
	"slipway/functions/decideapproval"
	"slipway/functions/promote"
	"slipway/functions/registerpackage"
	"slipway/functions/requestapproval"
	"slipway/functions/runstep"
	"slipway/functions/startrunbook"
	"slipway/functions/sweepimages"
	"slipway/shared/accounts"
	"slipway/shared/bus"
	"slipway/shared/executions"
	"slipway/shared/images"
	"slipway/shared/objects"
	"slipway/shared/planning"
	"slipway/shared/platform"
	"slipway/shared/step"
	"slipway/shared/table"
	"slipway/shared/timer"
	"slipway/shared/trigger"
)

// parts makes what functions are made of, each from the installation's settings.
// The first setting that is missing or wrong is kept in err.
type parts struct {
	installation Installation
	err          error
}

// env reads a setting that must be there.
func (p *parts) env(name string) string {
	value := p.installation.Getenv(name)
	if value == "" {
		p.err = errors.Join(p.err, fmt.Errorf("environment variable %s is not set: the stack sets it", name))
	}
	return value
}

func (p *parts) now() time.Time { return p.installation.Now() }

func (p *parts) table() *table.Table {
	return table.Open(dynamodb.NewFromConfig(p.installation.AWS), p.env("TABLE"), p.now)
}

func (p *parts) objects() *objects.Objects {
	// Path style serves buckets whose names have dots, and local mode.
	return objects.New(s3.NewFromConfig(p.installation.AWS, func(o *s3.Options) { o.UsePathStyle = true }))
}

func (p *parts) images() *images.Images {
	return images.New(ecr.NewFromConfig(p.installation.AWS), p.http())
}

// http returns the client of requests that aren't an SDK's own.
func (p *parts) http() images.Doer {
	if own := p.installation.AWS.HTTPClient; own != nil {
		return own
	}
	return http.DefaultClient
}

func (p *parts) bus() *bus.Bus {
	return bus.New(eventbridge.NewFromConfig(p.installation.AWS), p.env("BUS"))
}

func (p *parts) executions() *executions.Executions {
	return executions.New(sfn.NewFromConfig(p.installation.AWS))
}

func (p *parts) platform() platform.Platform {
	decoded, err := platform.Decode(p.env("PLATFORM"))
	if err != nil {
		p.err = errors.Join(p.err, fmt.Errorf("environment variable PLATFORM: %w", err))
	}
	return decoded
}

func (p *parts) planner() *planning.Planner {
	return planning.New(p.table(), p.platform(), p.installation.Runnable, p.now)
}

func (p *parts) plans() *planning.Plans { return planning.NewPlans(p.objects(), p.env("WORK_BUCKET")) }

func (p *parts) runner() *step.Runner {
	return step.New(step.Dependencies{Objects: p.objects(), Images: p.images(), WorkBucket: p.env("WORK_BUCKET"), Web: p.web(), Now: p.now,
		Builds:   step.NewCodeBuild(codebuild.NewFromConfig(p.installation.AWS), p.env("BUILD_PROJECT"), p.platform().NetworkNames()...),
		Accounts: p.accounts(),
		Attempts: runstep.NewAttempts(p.table()),
		Timers:   timer.New(p.scheduler(), p.env("TIMER_GROUP"), p.env("TIMER_TARGET"), p.env("TIMER_ROLE"), p.env("DEAD_LETTERS"), p.now),
		Approvals: runstep.NewApprovals(p.table(), p.platform(), func(environment string) events.ApprovalStart {
			return requestapproval.Start(p.env("APPROVE_STATE_MACHINE_PREFIX"), environment)
		}, p.now),
		Releases: promote.NewReleases(p.promoter(), p.table(), p.canceller()),
	})
}

// previewer returns a runner that has what previews need, and nothing to start steps with.
func (p *parts) previewer() *step.Runner {
	return step.New(step.Dependencies{Objects: p.objects(), Accounts: p.accounts(), WorkBucket: p.env("WORK_BUCKET"), Now: p.now})
}

func (p *parts) accounts() *accounts.Accounts {
	return accounts.New(p.installation.AWS, p.env("ACCOUNT"), p.env("PARTITION"), p.installation.Network, p.now)
}

func (p *parts) scheduler() *scheduler.Client { return scheduler.NewFromConfig(p.installation.AWS) }

func (p *parts) canceller() *cancelsteps.Canceller { return cancelsteps.NewCanceller(p.table(), p.now) }

// web returns the way to servers. On Lambda, loopback is the runtime's own API, which
// takes answers in the function's name from whoever asks.
func (p *parts) web() step.Web {
	return step.Web{Network: step.Internet{}, Loopback: p.installation.Getenv("AWS_LAMBDA_RUNTIME_API") == ""}
}

func (p *parts) reporter() *runstep.Reporter {
	return runstep.NewReporter(p.table(), p.executions(), p.now)
}

func (p *parts) applier() *applyproject.Handler {
	return applyproject.New(p.table(), p.objects(), applyproject.NewTriggers(p.table(), p.planner(), p.triggers(), p.now), p.platform(), p.now)
}

func (p *parts) triggers() *trigger.Triggers {
	return trigger.New(trigger.Config{Group: p.env("SCHEDULE_GROUP"), Bus: p.env("BUS"), Account: p.env("ACCOUNT"), Region: p.installation.AWS.Region, Function: p.env("START_RUNBOOK"),
		ScheduleRole: p.env("SCHEDULE_ROLE"), DeadLetters: p.env("DEAD_LETTERS")},
		p.scheduler(), eventbridge.NewFromConfig(p.installation.AWS))
}

// starter returns what makes runs; only startrunbook starts them, with executions of machine.
func (p *parts) starter(e *executions.Executions, machine string) *startrunbook.Handler {
	return startrunbook.New(p.table(), p.planner(), p.plans(), p.platform(), e, machine, p.now)
}

func (p *parts) registrar() *registerpackage.Handler {
	return registerpackage.New(p.table(), p.objects(), p.images(), p.now)
}

func (p *parts) sweeper() *sweepimages.Handler {
	return sweepimages.New(p.table(), p.images(), p.registrar(), sweepimages.NewLedger(p.objects(), p.env("WORK_BUCKET")), p.platform().Repositories, p.now)
}

func (p *parts) promoter() *promote.Handler { return promote.New(p.table(), p.planner(), p.now) }

func (p *parts) decider() *decideapproval.Handler {
	return decideapproval.New(p.table(), p.executions(), p.platform(), p.now)
}

func (p *parts) api() *api.API {
	return api.New(api.Config{Store: p.table(), Objects: p.objects(), Planner: p.planner(), Plans: p.plans(), Applier: p.applier(),
		Promoter: p.promoter(), Decider: p.decider(), Starter: p.starter(nil, ""), Canceller: p.canceller(), Platform: p.platform(),
		Packages: p.env("PACKAGES_BUCKET"), Work: p.env("WORK_BUCKET"), Now: p.now})
}
