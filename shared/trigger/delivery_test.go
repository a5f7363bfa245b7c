package trigger_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway/events"
	"slipway/infra/local/eventbridge"
	"slipway/infra/local/store"
	"slipway/shared/pipeline"
	"slipway/shared/trigger"
)

// day is long enough for a schedule to have a slot in every zone.
const day = 24 * time.Hour

// told returns what startrunbook was told, in the form of events with the given
// detail-type.
func told[T any](w *world, detailType string) []T {
	w.Helper()
	var all []T
	for _, payload := range w.delivered {
		var e events.Raw
		w.must(json.Unmarshal([]byte(payload), &e))
		if e.Source != events.Source || e.DetailType != detailType {
			w.Errorf("startrunbook is told %s, want a %q of %s", payload, detailType, events.Source)
		}
		all = append(all, decoded[T](w.T, e.Detail))
	}
	return all
}

func TestASlotSaysWhichItIs(t *testing.T) {
	w := newWorld(t)
	w.sync("shop", scheduled("nightly", "cron(0 3 * * ? *)", "Europe/Zurich"), paused(scheduled("hourly", "rate(1 hour)", "UTC")))
	w.clock.RunUntil(start.Add(2 * day))
	slot := trigger.Slot{Project: "shop", Runbook: "nightly", Expression: "cron(0 3 * * ? *)", Timezone: "Europe/Zurich"}
	first, second := slot, slot
	first.At, second.At = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	if diff := cmp.Diff([]trigger.Slot{first, second}, told[trigger.Slot](w, trigger.Due)); diff != "" {
		t.Errorf("startrunbook is told (-want +got):\n%s", diff)
	}
}

func TestASlotOfAtIsInItsZone(t *testing.T) {
	w := newWorld(t)
	w.sync("shop", scheduled("once", "at(2026-11-22T12:30:00)", "America/New_York"))
	w.clock.RunUntil(start.Add(day))
	want := []trigger.Slot{{Project: "shop", Runbook: "once", Expression: "at(2026-11-22T12:30:00)", Timezone: "America/New_York", At: time.Date(2026, 11, 22, 17, 30, 0, 0, time.UTC)}}
	if diff := cmp.Diff(want, told[trigger.Slot](w, trigger.Due)); diff != "" {
		t.Errorf("startrunbook is told (-want +got):\n%s", diff)
	}
	w.settled("shop", scheduled("once", "at(2026-11-22T12:30:00)", "America/New_York"))
}

// happen puts an event on a bus, lets it be delivered, and returns its id.
func (w *world) happen(bus string, e eventbridge.Event) (id string) {
	w.Helper()
	w.must(w.bridge.Store.Update(func(tx store.Tx) error { return w.bridge.Put(tx, bus, e) }))
	w.clock.Run()
	return w.happened
}

func TestAnEventSaysWhichItIs(t *testing.T) {
	w := newWorld(t)
	w.sync("shop", reacting("restore", on(pipeline.BusSlipway, released)), paused(reacting("paused", on(pipeline.BusSlipway, released))))
	e := eventbridge.Event{Source: "slipway", DetailType: "release.created.v1", Detail: json.RawMessage(`{"id":"another"}`)}
	w.happen("default", e)
	want := []trigger.Event{{Project: "shop", Runbook: "restore", ID: w.happen("slipway", e)}}
	if diff := cmp.Diff(want, told[trigger.Event](w, trigger.Happened)); diff != "" {
		t.Errorf("startrunbook is told (-want +got):\n%s", diff)
	}
}

// TestAnEventOfSlipwaysOwnSaysWhichRecordItTellsOf is about one that is published twice.
func TestAnEventOfSlipwaysOwnSaysWhichRecordItTellsOf(t *testing.T) {
	w := newWorld(t)
	w.sync("shop", reacting("restore", on(pipeline.BusSlipway, released)))
	e := eventbridge.Event{Source: "slipway", DetailType: "release.created.v1", Detail: json.RawMessage(`{"record":{"hash":"sha256:1"}}`)}
	want := []trigger.Event{{Project: "shop", Runbook: "restore", ID: w.happen("slipway", e), Record: "sha256:1"},
		{Project: "shop", Runbook: "restore", ID: w.happen("slipway", e), Record: "sha256:1"}}
	if diff := cmp.Diff(want, told[trigger.Event](w, trigger.Happened)); diff != "" {
		t.Errorf("startrunbook is told (-want +got):\n%s", diff)
	}
}

// Alarms may have any name; one that looks like a placeholder must not be taken for one.
func TestAnAlarmsNameArrivesAsItIs(t *testing.T) {
	for _, name := range []string{"errors", "<id>", "<aws.events.event>", `5xx > 10 "soon" \ & later`, "Störung ☃", "a\tb\u2028c"} {
		w := newWorld(t)
		e := on(pipeline.BusDefault, alarmed)
		e.Alarm = name
		w.sync("shop", reacting("incident", e))
		id := w.happen("default", eventbridge.Event{Source: "aws.cloudwatch", DetailType: "CloudWatch Alarm State Change", Detail: json.RawMessage(`{"alarmName":"errors"}`)})
		want := []trigger.Event{{Project: "shop", Runbook: "incident", ID: id, Alarm: name}}
		if diff := cmp.Diff(want, told[trigger.Event](w, trigger.Happened)); diff != "" {
			t.Errorf("startrunbook is told (-want +got):\n%s", diff)
		}
		w.settled("shop", reacting("incident", e))
	}
}

// TestAnAlarmOfAnotherPlaceStartsNothing has alarms of the same name, whose events other
// accounts and Regions send on.
func TestAnAlarmOfAnotherPlaceStartsNothing(t *testing.T) {
	w := newWorld(t)
	e := on(pipeline.BusDefault, alarmed)
	e.Alarm = "errors"
	w.sync("shop", reacting("incident", e))
	for _, place := range []eventbridge.Event{{Account: "111122223333"}, {Region: "eu-central-1"}, {}} {
		place.Source, place.DetailType, place.Detail = "aws.cloudwatch", "CloudWatch Alarm State Change", json.RawMessage(`{"alarmName":"errors"}`)
		w.happen("default", place)
	}
	if got := told[trigger.Event](w, trigger.Happened); len(got) != 1 || got[0].ID != w.happened {
		t.Errorf("startrunbook is told %+v", got)
	}
}
