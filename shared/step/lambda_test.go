package step_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	watch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"slipway/events"
	"slipway/shared/step"
)

const ended = "storefront_1_production_1/api/1 "

func TestAnAliasMovesToTheVersionOfThePackage(t *testing.T) {
	for name, c := range map[string]struct {
		shift string
		want  []string
	}{
		"all at once": {``, []string{"10s 7"}},
		"canary":      {`, "shift": {"canary": {"percent": 10, "interval": "10m"}}`, []string{"10s 6+7:0.1", "10m10s 7"}},
		"linear":      {`, "shift": {"linear": {"percent": 30, "interval": "5m"}}`, []string{"10s 6+7:0.3", "5m10s 6+7:0.6", "10m10s 6+7:0.9", "15m10s 7"}},
	} {
		w := newLambdaWorld(t)
		if got := w.deploy(c.shift); got != ended+"done" {
			t.Errorf("%s: it comes to %s", name, got)
		}
		if !slices.Equal(w.moves, c.want) {
			t.Errorf("%s: the alias went %q, want %q", name, w.moves, c.want)
		}
		if w.uploaded() != "inline" || len(w.versions) != 2 || w.versions[1] != w.hash() {
			t.Errorf("%s: uploaded %s, versions %q", name, w.uploaded(), w.versions)
		}
	}
}

func TestALambdaStepTellsTheVersionAndTheOneBefore(t *testing.T) {
	w := newLambdaWorld(t)
	w.deploy("")
	outcome, failure := w.start("lambda", w.attempt("")) // again, as when the report was lost
	want := map[string]string{"version": "7", "previous-version": "6", "alias-arn": "arn:aws:lambda:eu-central-1:111122223333:function:storefront-api:live"}
	if failure != nil || !outcome.Done || !maps.Equal(outcome.Outputs, want) {
		t.Errorf("it comes to %+v, %v", outcome, failure)
	}
	log := w.read("work", step.LogKey("storefront_1_production_1", "api", 1))
	for _, line := range []string{"gave api@1.4.0", "version 7 of function storefront-api holds api@1.4.0", "100% of the requests to alias live go to version 7"} {
		if strings.Count(log, line) > 1 {
			t.Errorf("the log says more than once: %s", line)
		}
	}
}

func TestCodeThatTheFunctionHasIsNotUploaded(t *testing.T) {
	w := newLambdaWorld(t)
	w.latest = w.hash()
	w.versions = []string{w.latest}
	outcome, failure := w.start("lambda", w.attempt(`, "shift": {"canary": {"percent": 10, "interval": "10m"}}`))
	if failure != nil || !outcome.Done || outcome.Outputs["version"] != "6" || len(w.uploads) > 0 || len(w.moves) > 0 {
		t.Errorf("it comes to %+v, %v; uploaded %s, moved %q", outcome, failure, w.uploaded(), w.moves)
	}
}

func TestWhereLambdaHasTheCodeFrom(t *testing.T) {
	w := newLambdaWorld(t)
	w.code.Size = 50_000_001
	if got := w.deploy(""); got != ended+"done" || w.uploaded() != "s3://packages/packages/web/1.4.0/web.zip" {
		t.Errorf("a large archive: %s, %s", got, w.uploaded())
	}
	w = newLambdaWorld(t)
	w.kind, w.code = types.PackageTypeImage, imageOf("7")
	if got := w.deploy(""); got != ended+"done" || w.uploaded() != "111122223333.dkr.ecr.eu-central-1.amazonaws.com/storefront/api@"+w.code.Digest {
		t.Errorf("an image: %s, %s", got, w.uploaded())
	}
}

// alarm changes the state of the alarm errors and returns what comes of its event.
func (w *lambdaWorld) alarm(state watch.StateValue) []string {
	w.alarms["errors"] = state
	return w.resume("aws.cloudwatch", "CloudWatch Alarm State Change", `{"alarmName": "errors", "state": {"value": "`+string(state)+`"}}`)
}

const watched = `, "alarms": ["errors"], "bake": "20m", "shift": {"canary": {"percent": 10, "interval": "10m"}}`

func TestAnAlarmPutsTheAliasBackWhileItShiftsAndBakes(t *testing.T) {
	for shares, at := range []string{"6+7:0.1", "7"} {
		w := newLambdaWorld(t)
		w.start("lambda", w.attempt(watched))
		w.untilMoved(shares + 1)
		if w.stands() != at {
			t.Fatalf("the alias stands for %s, want %s", w.stands(), at)
		}
		if ends := w.alarm(watch.StateValueInsufficientData); len(ends) > 0 {
			t.Errorf("at %s, an alarm without data ends it: %q", at, ends)
		}
		for range 2 {
			ends := w.alarm(watch.StateValueAlarm)
			if len(ends) != 1 || !strings.HasPrefix(ends[0], ended+"AlarmRaised: errors is ALARM") || w.stands() != "6" {
				t.Errorf("at %s, an alarm comes to %q; the alias stands for %s", at, ends, w.stands())
			}
		}
		if ends := w.alarm(watch.StateValueOk); len(ends) != 1 || !strings.Contains(ends[0], "AlarmRaised") {
			t.Errorf("at %s, the attempt doesn't stay failed: %q", at, ends)
		}
	}
}

func TestAWatchedShiftTakesItsTime(t *testing.T) {
	w := newLambdaWorld(t)
	if got := w.deploy(watched); got != ended+"done" || w.now.Sub(w.began) != 30*time.Minute+10*time.Second {
		t.Errorf("it comes to %s after %s", got, w.now.Sub(w.began))
	}
}

func TestCancellingPutsTheAliasBack(t *testing.T) {
	w := newLambdaWorld(t)
	w.start("lambda", w.attempt(watched))
	w.untilMoved(1)
	for range 2 {
		if err := w.runner.Cancel(t.Context(), step.Attempt{Execution: "storefront_1_production_1", Step: "api", Attempt: 1}); err != nil || w.stands() != "6" {
			t.Errorf("Cancel = %v; the alias stands for %s", err, w.stands())
		}
	}
	if got := w.finish(); !strings.HasPrefix(got, ended+"Cancelled") {
		t.Errorf("it comes to %s", got)
	}
}

func TestWhatHasSucceededIsNotCancelled(t *testing.T) {
	w := newLambdaWorld(t)
	w.deploy("")
	if err := w.runner.Cancel(t.Context(), step.Attempt{Execution: "storefront_1_production_1", Step: "api", Attempt: 1}); err != nil || w.stands() != "7" {
		t.Errorf("Cancel = %v; the alias stands for %s", err, w.stands())
	}
}

func TestAnUpdateThatDoesNotEndFailsInTime(t *testing.T) {
	w := newLambdaWorld(t)
	w.stuck = true
	if got := w.deploy(`, "alarms": "errors"`); !strings.HasPrefix(got, ended+"TimedOut") || w.now.Sub(w.began) != time.Hour || len(w.moves) > 0 {
		t.Errorf("it comes to %s after %s; moves %q", got, w.now.Sub(w.began), w.moves)
	}
}

func TestAnUpdateThatFailsIsToldWithItsReason(t *testing.T) {
	w := newLambdaWorld(t)
	w.reason = "the subnet is gone"
	if got := w.deploy(""); got != ended+"UpdateFailed: Lambda could not update function storefront-api: the subnet is gone" || len(w.uploads) != 1 {
		t.Errorf("it comes to %s after %d uploads", got, len(w.uploads))
	}
}

func TestAnAliasThatOthersMoveIsLeftAsItIs(t *testing.T) {
	for name, disturb := range map[string]func(*lambdaWorld){
		"to another version": func(w *lambdaWorld) { w.alias, w.weights = "3", nil },
		"to other weights":   func(w *lambdaWorld) { w.weights["7"] = 0.5 },
		"back":               func(w *lambdaWorld) { w.weights = nil },
	} {
		w := newLambdaWorld(t)
		w.start("lambda", w.attempt(watched))
		w.untilMoved(1)
		disturb(w)
		before := w.stands()
		if got := w.finish(); !strings.HasPrefix(got, ended+"AliasMoved") || w.stands() != before {
			t.Errorf("%s: it comes to %s; the alias stands for %s", name, got, w.stands())
		}
	}
}

func TestAnAliasIsLookedAtAnewWhenAnotherCallWasFaster(t *testing.T) {
	w := newLambdaWorld(t)
	faster := false
	w.answer = func(request any) (any, error) {
		if _, ok := request.(*lambda.UpdateAliasInput); ok && !faster {
			faster = true
			if _, err := w.reply(request); err != nil {
				t.Error(err)
			}
		}
		return w.reply(request)
	}
	if got := w.deploy(`, "shift": {"canary": {"percent": 10, "interval": "10m"}}`); got != ended+"done" || len(w.moves) != 2 {
		t.Errorf("it comes to %s; the alias went %q", got, w.moves)
	}
}

func TestALambdaStepGoesOnWhereItsCallsWereCutOff(t *testing.T) {
	for lost := 1; lost <= 24; lost++ {
		w := newLambdaWorld(t)
		w.fail = lost
		outcome, err := w.runner.Start(t.Context(), "lambda", w.attempt(watched))
		if err != nil {
			if outcome, err = w.runner.Start(t.Context(), "lambda", w.attempt(watched)); err != nil {
				t.Fatalf("call %d: %v", lost, err)
			}
		}
		for range 20 {
			if outcome.Done {
				break
			}
			w.now = w.timers["lambda "+lambdaWork]
			timer := events.Raw{Source: events.Source, DetailType: step.TimerDue, Detail: fmt.Appendf(nil, `{"kind":"lambda","work":%q}`, lambdaWork)}
			reports, err := w.runner.Resume(t.Context(), timer)
			if err != nil { // delivered again
				reports, err = w.runner.Resume(t.Context(), timer)
			}
			if err != nil {
				t.Fatalf("call %d: %v", lost, err)
			}
			if len(reports) == 1 && reports[0].Err == nil {
				outcome = reports[0].Outcome
			}
		}
		if !outcome.Done || w.stands() != "7" || len(w.versions) != 2 || len(w.uploads) > 2 {
			t.Errorf("without the answer of call %d: done %t, the alias stands for %s, versions %q, %d uploads", lost, outcome.Done, w.stands(), w.versions, len(w.uploads))
		}
	}
}

func TestALambdaStepIsRefusedBeforeAnythingChanges(t *testing.T) {
	deny := func(action any, err error) func(*lambdaWorld) {
		return func(w *lambdaWorld) {
			w.answer = func(request any) (any, error) {
				if fmt.Sprintf("%T", request) == fmt.Sprintf("%T", action) {
					return nil, err
				}
				return w.reply(request)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*lambdaWorld)
		more   string
		want   string
	}{
		"no such function":      {deny(&lambda.GetAliasInput{}, &types.ResourceNotFoundException{}), "", "NoSuchFunction"},
		"an alias of $LATEST":   {func(w *lambdaWorld) { w.alias = "$LATEST" }, "", "UnversionedAlias"},
		"no right":              {deny(&lambda.GetAliasInput{}, denied("lambda:GetAlias")), "", "AccessDenied"},
		"no right to upload":    {deny(&lambda.UpdateFunctionCodeInput{}, denied("lambda:UpdateFunctionCode")), "", "AccessDenied"},
		"refused code":          {deny(&lambda.UpdateFunctionCodeInput{}, apiError("InvalidParameterValueException")), "", "Refused: Lambda refuses lambda:UpdateFunctionCode on function storefront-api: as AWS says"},
		"an alarm raised":       {func(w *lambdaWorld) { w.alarms["errors"] = watch.StateValueAlarm }, `, "alarms": "errors"`, "AlarmRaised"},
		"no such alarm":         {func(*lambdaWorld) {}, `, "alarms": ["latency"]`, "NoSuchAlarm"},
		"an image for archives": {func(w *lambdaWorld) { w.code = imageOf("7") }, "", "WrongPackageType"},
		"another digest":        {func(w *lambdaWorld) { w.code.Digest = "sha256:" + strings.Repeat("0", 64) }, "", "DigestMismatch"},
		"too little time":       {func(*lambdaWorld) {}, `, "bake": "1h"`, `BadParameter: timeout: 1h0m0s is over before shift and bake, which take 1h0m0s; leave timeout out, or write a longer one`},
	} {
		w := newLambdaWorld(t)
		c.change(w)
		outcome, failure := w.start("lambda", w.attempt(c.more))
		if failure == nil || !strings.HasPrefix(failure.Error(), c.want) || len(w.uploads) > 0 || len(w.moves) > 0 {
			t.Errorf("%s: it comes to %+v, %v, want %s; uploaded %s, moved %q", name, outcome, failure, c.want, w.uploaded(), w.moves)
		}
	}
}

func TestAShiftThatTakesLongerThanAStepIsRefused(t *testing.T) {
	kind, _ := step.Lookup("lambda")
	_, err := kind.References([]byte(`{"package": "api", "function": "f", "alias": "live", "shift": {"linear": {"percent": 1, "interval": "10m"}}}`))
	if want := "shift: and bake take 16h30m0s; let them take at most 7h30m0s, as a step has at most 8h"; err == nil || err.Error() != want {
		t.Errorf("References = %v, want %s", err, want)
	}
}

func TestALambdaStepKnowsHowLongItTakes(t *testing.T) {
	kind, _ := step.Lookup("lambda")
	for more, want := range map[string]time.Duration{
		``: 0, `, "bake": "10m"`: 40 * time.Minute,
		`, "shift": {"linear": {"percent": 50, "interval": "1h"}}, "bake": "30m"`: 2 * time.Hour,
	} {
		with := json.RawMessage(`{"package": "api", "function": "f", "alias": "live"` + more + `}`)
		if got, known := kind.(step.Timed).Timeout(with); got != want || known != (want > 0) {
			t.Errorf("with %s, Timeout = %s, %t; want %s", more, got, known, want)
		}
	}
}
