package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipway/shared/pipeline"
)

// A lane is one environment with the deployments to it by their release's number.
type lane struct {
	*testing.T
	environment pipeline.Environment
	deployments map[int]pipeline.Deployment
	minutes     int
}

func newLane(t *testing.T) *lane {
	return &lane{T: t, environment: pipeline.Environment{Project: "storefront", Name: "dev"}, deployments: map[int]pipeline.Deployment{}}
}

// request adds a deployment of release n, automatic unless by is a person.
func (l *lane) request(n int, by string) {
	l.deployments[n], _ = pipeline.NewDeployment(release(n), "dev", 1, pipeline.Requester{By: by}, noon)
}

// waiting returns the deployments in the queue.
func (l *lane) waiting() []pipeline.Deployment {
	var all []pipeline.Deployment
	for _, id := range l.environment.Queue {
		all = append(all, l.deployments[id.Release])
	}
	return all
}

// acquire has release n acquire the environment and returns what happened, in short.
func (l *lane) acquire(n int) string {
	l.Helper()
	l.minutes++
	changed, happened, err := l.environment.Acquire(l.deployments[n], "sha256:plan", fmt.Sprintf("token%d", l.minutes), l.waiting(), at(l.minutes))
	must(l.T, err)
	l.apply(changed)
	return strings.Join(types(happened), " ")
}

// finish ends release n and returns what happened, in short.
func (l *lane) finish(n int, outcome pipeline.Status) string {
	l.Helper()
	l.minutes++
	changed, happened, err := l.environment.Finish(l.deployments[n], pipeline.Outcome{Status: outcome}, l.waiting(), at(l.minutes))
	must(l.T, err)
	l.apply(changed)
	return strings.Join(types(happened), " ")
}

func (l *lane) apply(changed []pipeline.Deployment) {
	for _, d := range changed {
		l.deployments[d.ID.Release] = d
	}
}

// want checks who holds the environment, who waits, and the status of all, such as "1 succeeded, 2 running".
func (l *lane) want(holder int, queue []int, all string) {
	l.Helper()
	var ids []int
	for _, id := range l.environment.Queue {
		ids = append(ids, id.Release)
	}
	if l.environment.Holder.Release != holder || !slices.Equal(ids, queue) {
		l.Errorf("%d holds and %v wait; want %d and %v", l.environment.Holder.Release, ids, holder, queue)
	}
	var found []string
	for n := range 9 {
		if d, ok := l.deployments[n]; ok {
			found = append(found, fmt.Sprintf("%d %s", n, d.Status))
		}
	}
	if got := strings.Join(found, ", "); got != all {
		l.Errorf("they are %s; want %s", got, all)
	}
}

func TestAFreeEnvironmentIsAcquiredAtOnce(t *testing.T) {
	l := newLane(t)
	l.request(1, pipeline.System)
	if got := l.acquire(1); got != "deployment.started.v1" {
		t.Errorf("it causes %q", got)
	}
	l.want(1, nil, "1 running")
	if d := l.deployments[1]; d.Plan != "sha256:plan" || !d.StartedAt.Equal(at(1)) || l.environment.Fence != 1 {
		t.Errorf("plan %q, started %s, fence %d", d.Plan, d.StartedAt, l.environment.Fence)
	}
}

func TestAcquiringAgainChangesNothing(t *testing.T) {
	l := newLane(t)
	l.request(1, pipeline.System)
	l.request(2, pipeline.System)
	l.acquire(1)
	l.acquire(2)
	for _, n := range []int{1, 2} {
		if got := l.acquire(n); got != "" {
			t.Errorf("release %d causes %q", n, got)
		}
	}
	l.want(1, []int{2}, "1 running, 2 queued")
	if token := l.deployments[2].Token; token != "token4" || l.environment.Fence != 1 {
		t.Errorf("the one that waits is woken by %s, and the fence is %d", token, l.environment.Fence)
	}
}

func TestTheQueueIsFirstInFirstOut(t *testing.T) {
	l := newLane(t)
	for n := 1; n <= 4; n++ {
		l.request(n, "manager1") // a person's deployment gives way to nobody
		l.acquire(n)
	}
	l.want(1, []int{2, 3, 4}, "1 running, 2 queued, 3 queued, 4 queued")
	if got := l.finish(1, pipeline.StatusSucceeded); got != "deployment.succeeded.v1 deployment.started.v1" {
		t.Errorf("the hand-over causes %q", got)
	}
	l.want(2, []int{3, 4}, "1 succeeded, 2 running, 3 queued, 4 queued")
	l.finish(2, pipeline.StatusFailed)
	l.want(3, []int{4}, "1 succeeded, 2 failed, 3 running, 4 queued")
	l.finish(3, pipeline.StatusCancelled)
	l.finish(4, pipeline.StatusSucceeded)
	l.want(0, nil, "1 succeeded, 2 failed, 3 cancelled, 4 succeeded")
	if current := l.environment.Current; current.Deployment.Release != 4 || current.Version.String() != "1.4.0" || l.environment.Fence != 4 {
		t.Errorf("there is %+v, fence %d", current, l.environment.Fence)
	}
}

func TestTheOneThatIsHandedTheEnvironmentKeepsThePlanThatItQueuedWith(t *testing.T) {
	l := newLane(t)
	l.request(1, "manager1")
	l.request(2, "manager1")
	l.acquire(1)
	l.acquire(2)
	l.finish(1, pipeline.StatusSucceeded)
	if d := l.deployments[2]; d.Plan != "sha256:plan" || !d.StartedAt.Equal(at(3)) || d.Token != "token2" {
		t.Errorf("it has plan %q, token %q, started %s", d.Plan, d.Token, d.StartedAt)
	}
}

func TestANewerReleaseSupersedesOlderAutomaticOnesThatWait(t *testing.T) {
	l := newLane(t)
	l.request(1, pipeline.System)
	l.request(2, pipeline.System)
	l.request(3, "manager1")
	l.request(4, pipeline.System)
	l.acquire(1)
	l.acquire(2)
	if got := l.acquire(3); got != "deployment.superseded.v1 deployment.queued.v1" {
		t.Errorf("release 3 causes %q", got)
	}
	l.acquire(4)
	l.want(1, []int{3, 4}, "1 running, 2 superseded, 3 queued, 4 queued")
	if reason := l.deployments[2].Reason; reason != "superseded by storefront_3_dev_1, a newer release" {
		t.Errorf("because %q", reason)
	}
}

func TestAnOlderAutomaticReleaseDoesNotReplaceANewerOne(t *testing.T) {
	l := newLane(t)
	l.request(2, pipeline.System)
	l.acquire(2)
	l.finish(2, pipeline.StatusSucceeded)
	l.request(1, pipeline.System)
	if got := l.acquire(1); got != "deployment.superseded.v1" {
		t.Errorf("it causes %q", got)
	}
	l.want(0, nil, "1 superseded, 2 succeeded")
}

func TestAPersonMayGoBackToAnOlderRelease(t *testing.T) {
	l := newLane(t)
	l.request(2, pipeline.System)
	l.acquire(2)
	l.finish(2, pipeline.StatusSucceeded)
	l.request(1, "manager1")
	l.acquire(1)
	l.finish(1, pipeline.StatusSucceeded)
	l.want(0, nil, "1 succeeded, 2 succeeded")
	if l.environment.Current.Deployment.Release != 1 {
		t.Errorf("there is %+v", l.environment.Current)
	}
}

func TestTheHandOverPassesOverWhatIsOutdated(t *testing.T) {
	l := newLane(t)
	l.request(3, "manager1")
	l.request(2, pipeline.System) // queues behind release 3, which is not there yet
	l.request(1, "manager1")
	l.acquire(3)
	l.acquire(2)
	l.acquire(1)
	if got := l.finish(3, pipeline.StatusSucceeded); got != "deployment.succeeded.v1 deployment.superseded.v1 deployment.started.v1" {
		t.Errorf("it causes %q", got)
	}
	l.want(1, nil, "1 running, 2 superseded, 3 succeeded")
}

func TestAFailureLeavesWhatWasThere(t *testing.T) {
	l := newLane(t)
	l.request(1, pipeline.System)
	l.acquire(1)
	l.finish(1, pipeline.StatusSucceeded)
	l.request(2, pipeline.System)
	l.acquire(2)
	l.finish(2, pipeline.StatusFailed)
	if current := l.environment.Current; current.Deployment.Release != 1 {
		t.Errorf("there is %+v", current)
	}
}

func TestOneThatDoesNotHoldTheEnvironmentEndsWithoutHandingItOver(t *testing.T) {
	l := newLane(t)
	for n := 1; n <= 3; n++ {
		l.request(n, "manager1")
		l.acquire(n)
	}
	if got := l.finish(2, pipeline.StatusCancelled); got != "deployment.cancelled.v1" {
		t.Errorf("it causes %q", got)
	}
	l.want(1, []int{3}, "1 running, 2 cancelled, 3 queued")
	l.request(4, "manager1") // was never in the queue
	l.finish(4, pipeline.StatusFailed)
	l.want(1, []int{3}, "1 running, 2 cancelled, 3 queued, 4 failed")
}

func TestEndingTwiceIsToldAndChangesNothing(t *testing.T) {
	l := newLane(t)
	l.request(1, pipeline.System)
	l.acquire(1)
	l.finish(1, pipeline.StatusSucceeded)
	before := l.environment
	_, _, err := l.environment.Finish(l.deployments[1], pipeline.Outcome{Status: pipeline.StatusFailed}, nil, at(9))
	wantError(t, "finish again", err, pipeline.ErrEnded)
	if l.environment.Current != before.Current || l.environment.Fence != before.Fence {
		t.Error("it changed the environment")
	}
}

func TestADeploymentThatHasEndedAcquiresNothing(t *testing.T) {
	for _, status := range statuses()[4:] {
		e := pipeline.Environment{Project: "storefront", Name: "dev"}
		_, _, err := e.Acquire(deployment(1, "dev", status), "sha256:plan", "token", nil, noon)
		wantError(t, string(status), err, pipeline.ErrEnded)
		if e.Holder != (pipeline.DeploymentID{}) || e.Fence != 0 {
			t.Errorf("a deployment that is %s holds the environment with fence %d", status, e.Fence)
		}
	}
}

func TestWhatHasEndedMeanwhileIsNotHandedTheEnvironment(t *testing.T) {
	l := newLane(t)
	for n := 1; n <= 3; n++ {
		l.request(n, "manager1")
		l.acquire(n)
	}
	gone := l.deployments[2]
	gone.Status = pipeline.StatusCancelled
	l.deployments[2] = gone
	l.finish(1, pipeline.StatusSucceeded)
	l.want(3, nil, "1 succeeded, 2 cancelled, 3 running")
}
