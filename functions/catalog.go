// Package functions is the catalog of the Lambda functions: one folder each, and
// here how each is made. The Lambda binary, local mode and the tests share it.
package functions

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"slipway/functions/cancelsteps"
	"slipway/functions/createrelease"
	"slipway/functions/finishdeployment"
	"slipway/functions/finishrun"
	"slipway/functions/lockenvironment"
	"slipway/functions/plandeployment"
	"slipway/functions/publishevents"
	"slipway/functions/requestapproval"
	"slipway/functions/resumestep"
	"slipway/functions/runstep"
	"slipway/functions/startdeployment"
	"slipway/shared/fault"
)

// An Installation is what functions are made for.
type Installation struct {
	AWS aws.Config
	// Getenv reads the function's environment: TABLE, BUS, PACKAGES_BUCKET,
	// WORK_BUCKET and PLATFORM, and what else the function's line in the stack gives it.
	Getenv func(name string) string
	Now    func() time.Time
	// Runnable are the step kinds that act on AWS and that can be run; nil for all of them.
	Runnable []string
	// Network reaches servers other than AWS's, for environments that name an endpoint;
	// nil where AWS's own client does.
	Network *http.Client
}

// A Function is one Lambda function.
type Function struct {
	Name string // of its folder; also Lambda's handler setting
	make func(*parts) any
}

// Catalog returns every function, sorted by name.
func Catalog() []Function {
	return []Function{
		{"api", func(p *parts) any { return p.api().Handle }},
		{"applyproject", func(p *parts) any { return fault.Handle(p.applier().Handle) }},
		{"cancelsteps", func(p *parts) any {
			return fault.Handle(cancelsteps.New(p.table(), p.runner(), p.reporter()).Handle)
		}},
		{"createrelease", func(p *parts) any { return fault.Handle(createrelease.New(p.table(), p.now).Handle) }},
		{"decideapproval", func(p *parts) any { return fault.Handle(p.decider().Handle) }},
		{"finishdeployment", func(p *parts) any { return fault.Handle(finishdeployment.New(p.table(), p.now).Handle) }},
		{"finishrun", func(p *parts) any {
			return fault.Handle(finishrun.New(p.table(), p.planner(), p.objects(), p.env("WORK_BUCKET"), p.now).Handle)
		}},
		{"lockenvironment", func(p *parts) any {
			return fault.Handle(lockenvironment.New(p.table(), p.planner(), p.plans(), p.executions(), p.now).Handle)
		}},
		{"plandeployment", func(p *parts) any {
			return fault.Handle(plandeployment.New(p.table(), p.planner(), p.previewer(), p.plans(), p.now).Handle)
		}},
		{"promote", func(p *parts) any { return fault.Handle(p.promoter().Handle) }},
		{"publishevents", func(p *parts) any { return fault.Handle(publishevents.New(p.bus()).Handle) }},
		{"registerpackage", func(p *parts) any { return fault.Handle(p.registrar().Handle) }},
		{"requestapproval", func(p *parts) any {
			return fault.Handle(requestapproval.New(p.table(), p.planner(), p.plans(), p.executions(), p.env("APPROVE_STATE_MACHINE_PREFIX")).Handle)
		}},
		{"resumestep", func(p *parts) any {
			return fault.Handle(resumestep.New(p.table(), p.runner(), p.executions(), p.reporter()).Handle)
		}},
		{"runstep", func(p *parts) any {
			return fault.Handle(runstep.New(p.table(), p.runner(), p.plans(), p.reporter(), p.now).Handle)
		}},
		{"startdeployment", func(p *parts) any {
			return fault.Handle(startdeployment.New(p.executions(), p.env("DEPLOY_STATE_MACHINE")).Handle)
		}},
		{"startrunbook", func(p *parts) any {
			return fault.Handle(p.starter(p.executions(), p.env("RUNBOOK_STATE_MACHINE")).Handle)
		}},
		{"sweepimages", func(p *parts) any { return fault.Handle(p.sweeper().Handle) }},
	}
}

// New makes the function's handler, which has a signature that aws-lambda-go's
// Start takes, for an installation. The error names the settings that are missing
// or wrong.
func (f Function) New(i Installation) (handler any, err error) {
	p := &parts{installation: i}
	handler = f.make(p)
	if p.err != nil {
		return nil, fmt.Errorf("make function %s: %w", f.Name, p.err)
	}
	return handler, nil
}

// Lookup returns the function of that name; ok is false when there is none.
func Lookup(name string) (f Function, ok bool) {
	for _, f := range Catalog() {
		if f.Name == name {
			return f, true
		}
	}
	return Function{}, false
}
