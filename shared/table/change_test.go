package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"slipway/events"
	"slipway/shared/pipeline"
)

// cancelled is an event that is told apart by its cause.
func cancelled(cause string) []events.Event {
	return []events.Event{events.DeploymentCancelled{Cause: cause}}
}

// causes returns the causes that a chain tells of, in order.
func (s *stack) causes(chain pipeline.Chain) []string {
	s.Helper()
	var all []string
	for _, a := range s.audit(chain) {
		all = append(all, string(a.Detail[len(`{"deployment":"","project":"","release":"","environment":"","cause":"`):len(a.Detail)-len(`"}`)]))
	}
	return all
}

func TestAChangeIsRecordedWithWhatItChanges(t *testing.T) {
	s := newStack(t)
	d := s.request(1, "dev", 1)
	found, err := s.Deployment(t.Context(), d.ID)
	if err != nil || found.Status != pipeline.StatusRequested {
		t.Errorf("the deployment is %+v, %v", found, err)
	}
	all := s.audit(storefront)
	if len(all) != 1 || all[0].Sequence != 1 || all[0].Type != "deployment.requested.v1" || all[0].By != "manager1" || !all[0].At.Equal(noon) || all[0].Previous != "" {
		t.Errorf("the audit log is %+v", all)
	}
}

func TestTheEventsOfAChangeFollowEachOther(t *testing.T) {
	s := newStack(t)
	s.write(storefront, pipeline.Change{By: "manager1", Events: append(cancelled("1"), cancelled("2")...)})
	s.write(storefront, pipeline.Change{By: "manager1", Events: cancelled("3")})
	if got := s.causes(storefront); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("the chain tells of %q", got)
	}
}

func TestAWriterThatLostDecidesAgainOnWhatTheOtherWrote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(t)
		tries := 0
		err := s.Change(t.Context(), storefront, func(ctx context.Context) (pipeline.Change, error) {
			if tries++; tries == 1 { // the other is faster
				s.write(storefront, pipeline.Change{By: "other", Events: cancelled("other")})
			}
			return pipeline.Change{By: "slow", Events: cancelled(fmt.Sprintf("slow after %d", len(s.audit(storefront))))}, nil
		})
		s.must(err)
		if got := s.causes(storefront); tries != 2 || !slices.Equal(got, []string{"other", "slow after 1"}) {
			t.Errorf("after %d tries the chain tells of %q", tries, got)
		}
	})
}

func TestManyWritersAllLandOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(t)
		var writers sync.WaitGroup
		for i := range 6 {
			writers.Go(func() {
				err := s.Change(t.Context(), storefront, func(context.Context) (pipeline.Change, error) {
					return pipeline.Change{By: "writer", Events: cancelled(fmt.Sprint(i))}, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		writers.Wait()
		got := s.causes(storefront)
		slices.Sort(got)
		if !slices.Equal(got, []string{"0", "1", "2", "3", "4", "5"}) {
			t.Errorf("the chain tells of %q", got)
		}
	})
}

func TestAChangeThatAlwaysLosesIsAConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(t)
		tries := 0
		err := s.Change(t.Context(), storefront, func(context.Context) (pipeline.Change, error) {
			tries++
			s.write(storefront, pipeline.Change{By: "other", Events: cancelled("other")})
			return pipeline.Change{By: "slow", Events: cancelled("slow")}, nil
		})
		s.wantError("the slow writer", err, pipeline.ErrConflict)
		if tries < 2 || slices.Contains(s.causes(storefront), "slow") {
			t.Errorf("%d tries", tries)
		}
	})
}

func TestWhoWaitsToTryAgainStopsWhenItsContextDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(t)
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Change(ctx, storefront, func(context.Context) (pipeline.Change, error) {
			s.write(storefront, pipeline.Change{By: "other", Events: cancelled("other")})
			go cancel() // while Change waits
			return pipeline.Change{By: "slow", Events: cancelled("slow")}, nil
		})
		s.wantError("the slow writer", err, context.Canceled)
	})
}

func TestAnEmptyChangeWritesNothing(t *testing.T) {
	s := newStack(t)
	s.write(storefront, pipeline.Change{By: "manager1"})
	if slices.Contains(s.calls, "TransactWriteItems") || len(s.audit(storefront)) > 0 {
		t.Errorf("it calls %q", s.calls)
	}
}

func TestADecisionThatFailsWritesNothing(t *testing.T) {
	s := newStack(t)
	d, requested := deployment(1, "dev", 1)
	refused := errors.New("not today")
	err := s.Change(t.Context(), storefront, func(context.Context) (pipeline.Change, error) {
		return pipeline.Change{Deployments: []pipeline.Deployment{d}, Events: []events.Event{requested}}, refused
	})
	s.wantError("the change", err, refused)
	_, err = s.Deployment(t.Context(), d.ID)
	s.wantError("the deployment", err, pipeline.ErrNotFound)
}

func TestAChangeWithoutEventsLosesToOneWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(t)
		d := s.request(1, "dev", 1)
		tries := 0
		err := s.Change(t.Context(), storefront, func(context.Context) (pipeline.Change, error) {
			if tries++; tries == 1 {
				s.write(storefront, pipeline.Change{By: "other", Events: cancelled("other")})
			}
			d.Token = fmt.Sprintf("token %d", tries)
			return pipeline.Change{By: "slipway", Deployments: []pipeline.Deployment{d}}, nil
		})
		s.must(err)
		found, err := s.Deployment(t.Context(), d.ID)
		s.must(err)
		if tries != 2 || found.Token != "token 2" || len(s.audit(storefront)) != 2 {
			t.Errorf("after %d tries it has %q", tries, found.Token)
		}
	})
}

func TestChainsDoNotContend(t *testing.T) {
	s := newStack(t)
	tries := 0
	err := s.Change(t.Context(), storefront, func(context.Context) (pipeline.Change, error) {
		tries++
		for _, other := range []pipeline.Chain{pipeline.ProjectChain("storefront-2"), pipeline.PackageChain("storefront"), pipeline.IntakeChain} {
			s.write(other, pipeline.Change{By: "other", Events: cancelled("other")})
		}
		return pipeline.Change{By: "manager1", Events: cancelled("own")}, nil
	})
	s.must(err)
	if got := s.causes(storefront); tries != 1 || !slices.Equal(got, []string{"own"}) {
		t.Errorf("after %d tries the chain tells of %q", tries, got)
	}
	for _, other := range []pipeline.Chain{pipeline.ProjectChain("storefront-2"), pipeline.PackageChain("storefront"), pipeline.IntakeChain} {
		if got := s.causes(other); !slices.Equal(got, []string{"other"}) {
			t.Errorf("chain %s tells of %q", other, got)
		}
	}
}

// stale tries to write c again and again, as a writer would that has read old
// items after the chain had grown.
func (s *stack) stale(c pipeline.Change) error {
	return s.Change(s.Context(), storefront, func(context.Context) (pipeline.Change, error) { return c, nil })
}

func TestATerminalStatusIsNeverOverwritten(t *testing.T) {
	for _, status := range []pipeline.Status{pipeline.StatusSucceeded, pipeline.StatusFailed, pipeline.StatusCancelled, pipeline.StatusRejected, pipeline.StatusSuperseded} {
		synctest.Test(t, func(t *testing.T) {
			s := newStack(t)
			d := s.request(1, "dev", 1)
			d.Status = status
			s.write(storefront, pipeline.Change{By: "slipway", Deployments: []pipeline.Deployment{d}, Events: cancelled("end")})
			d.Status = pipeline.StatusRunning
			s.wantError(string(status), s.stale(pipeline.Change{Deployments: []pipeline.Deployment{d}, Events: cancelled("late")}), pipeline.ErrConflict)
			if found, err := s.Deployment(t.Context(), d.ID); err != nil || found.Status != status || len(s.audit(storefront)) != 2 {
				t.Errorf("it was %s and is %s, %v", status, found.Status, err)
			}
		})
	}
}

func TestAStatusThatIsNotTerminalMayChange(t *testing.T) {
	s := newStack(t)
	d := s.request(1, "dev", 1)
	for _, status := range []pipeline.Status{pipeline.StatusAwaitingApproval, pipeline.StatusQueued, pipeline.StatusRunning, pipeline.StatusSucceeded} {
		d.Status = status
		s.write(storefront, pipeline.Change{By: "slipway", Deployments: []pipeline.Deployment{d}, Events: cancelled("on")})
	}
	if found, err := s.Deployment(t.Context(), d.ID); err != nil || found.Status != pipeline.StatusSucceeded {
		t.Errorf("it is %s, %v", found.Status, err)
	}
}

func TestAStaleFenceIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStack(t)
		held := func(release, fence int) pipeline.Environment {
			return pipeline.Environment{Project: "storefront", Name: "dev", Fence: fence, Holder: pipeline.DeploymentID{Project: "storefront", Release: release, Environment: "dev", Attempt: 1}}
		}
		for _, e := range []pipeline.Environment{held(1, 1), held(1, 1), held(2, 2)} { // the same holder may write again
			s.write(storefront, pipeline.Change{By: "slipway", Environments: []pipeline.Environment{e}})
		}
		s.wantError("the old holder", s.stale(pipeline.Change{Environments: []pipeline.Environment{held(1, 1)}}), pipeline.ErrConflict)
		if e, err := s.Environment(t.Context(), "storefront", "dev"); err != nil || e.Holder.Release != 2 || e.Fence != 2 {
			t.Errorf("it is %+v, %v", e, err)
		}
	})
}

func TestWhatIsWrittenOnceStaysAsItIs(t *testing.T) {
	p := pipeline.Package{Name: "web", Version: pipeline.MustVersion("1.1.0"), Feed: pipeline.FeedS3, Digest: "sha256:1"}
	r := release(1)
	again, otherDigest := r, p
	otherDigest.Digest = "sha256:2"
	again.Number = 2 // the same version under another number
	for name, c := range map[string]pipeline.Change{
		"the package": {Packages: []pipeline.Package{otherDigest}},
		"the release": {Release: &r},
		"the version": {Release: &again},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newStack(t)
			s.write(storefront, pipeline.Change{By: "ci", Packages: []pipeline.Package{p}, Release: &r})
			s.wantError(name, s.stale(c), pipeline.ErrConflict)
			if found, err := s.Package(t.Context(), "web", p.Version); err != nil || found.Digest != "sha256:1" {
				t.Errorf("the package is %+v, %v", found, err)
			}
		})
	}
}
